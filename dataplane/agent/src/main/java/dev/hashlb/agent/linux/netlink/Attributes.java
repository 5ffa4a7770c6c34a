package dev.hashlb.agent.linux.netlink;

import dev.hashlb.core.address.IpAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The attributes of a received message by type; of attributes with the same type the last one counts. */
final class Attributes {
    private static final int TYPE_MASK = 0x3fff;

    private final Map<Integer, ByteBuffer> byType = new HashMap<>();

    private Attributes() {}

    /**
     * Reads attributes from the buffer's position to its limit.
     *
     * @throws IllegalArgumentException if an attribute's length is less than its header or passes the limit
     */
    static Attributes parse(ByteBuffer message) {
        Attributes attributes = new Attributes();
        int position = message.position();
        while (message.limit() - position >= 4) {
            int length = Short.toUnsignedInt(message.getShort(position));
            int type = Short.toUnsignedInt(message.getShort(position + 2)) & TYPE_MASK;
            if (length < 4 || length > message.limit() - position) {
                throw new IllegalArgumentException("netlink attribute " + type + " at byte " + position + " has length "
                        + length + ", but " + (message.limit() - position) + " bytes are left");
            }
            attributes.byType.put(type, message.slice(position + 4, length - 4).order(message.order()));
            position += (length + 3) & ~3;
        }
        return attributes;
    }

    boolean has(int type) {
        return byType.containsKey(type);
    }

    OptionalInt u32(int type) {
        ByteBuffer value = byType.get(type);
        return value == null || value.remaining() < 4 ? OptionalInt.empty() : OptionalInt.of(value.getInt(0));
    }

    OptionalInt u8(int type) {
        ByteBuffer value = byType.get(type);
        return value == null || !value.hasRemaining()
                ? OptionalInt.empty()
                : OptionalInt.of(Byte.toUnsignedInt(value.get(0)));
    }

    Optional<String> text(int type) {
        return bytes(type).map(b -> {
            int length = b.length > 0 && b[b.length - 1] == 0 ? b.length - 1 : b.length;
            return new String(b, 0, length, StandardCharsets.UTF_8);
        });
    }

    /** An attribute of 4 or 16 bytes as an address. */
    Optional<IpAddress> address(int type) {
        return bytes(type).filter(b -> b.length == 4 || b.length == 16).map(IpAddress::of);
    }

    /** The attributes inside an attribute; none where it is missing. */
    Attributes nested(int type) {
        ByteBuffer value = byType.get(type);
        return value == null ? new Attributes() : parse(value.duplicate().order(value.order()));
    }

    Optional<byte[]> bytes(int type) {
        ByteBuffer value = byType.get(type);
        if (value == null) {
            return Optional.empty();
        }
        byte[] bytes = new byte[value.remaining()];
        value.duplicate().get(bytes);
        return Optional.of(bytes);
    }
}

package dev.hashlb.agent.linux.netlink;

import dev.hashlb.core.address.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Builds one netlink message (netlink(7)): {@code struct nlmsghdr}, a fixed part, then attributes. Integers are in the
 * machine's byte order, addresses in network byte order; every attribute starts at a multiple of four bytes.
 */
final class NetlinkMessage {
    static final int HEADER_BYTES = 16;

    static final int NLM_F_REQUEST = 0x01;
    static final int NLM_F_ACK = 0x04;
    static final int NLM_F_DUMP = 0x300;
    static final int NLM_F_REPLACE = 0x100;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;

    private static final int FLAGS_OFFSET = 6;
    private static final int SEQUENCE_OFFSET = 8;
    private static final int NLA_F_NESTED = 0x8000;

    private ByteBuffer buffer = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());

    /** @param flags besides {@code NLM_F_REQUEST}, which every message here has */
    NetlinkMessage(int type, int flags) {
        buffer.putInt(0).putShort((short) type).putShort((short) (flags | NLM_F_REQUEST));
        buffer.putInt(0).putInt(0);
    }

    NetlinkMessage u8(int value) {
        room(1).put((byte) value);
        return this;
    }

    NetlinkMessage u16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    NetlinkMessage u32(int value) {
        room(4).putInt(value);
        return this;
    }

    NetlinkMessage attributeU8(int type, int value) {
        return attribute(type, new byte[] {(byte) value});
    }

    NetlinkMessage attributeU32(int type, int value) {
        return attribute(
                type,
                ByteBuffer.allocate(4)
                        .order(ByteOrder.nativeOrder())
                        .putInt(value)
                        .array());
    }

    /** A text with its terminating zero. */
    NetlinkMessage attributeText(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        return attribute(type, Arrays.copyOf(text, text.length + 1));
    }

    NetlinkMessage attributeAddress(int type, IpAddress value) {
        return attribute(type, value.toBytes());
    }

    NetlinkMessage attribute(int type, byte[] payload) {
        align();
        room(4 + payload.length).putShort((short) (4 + payload.length)).putShort((short) type);
        buffer.put(payload);
        return this;
    }

    /** An attribute that holds what {@code content} adds. */
    NetlinkMessage nested(int type, Runnable content) {
        return nestedRaw(type | NLA_F_NESTED, content);
    }

    /** As {@link #nested}, without the flag: IFLA_AF_SPEC's families are read by their plain number. */
    NetlinkMessage nestedRaw(int type, Runnable content) {
        align();
        int start = buffer.position();
        room(4).putShort((short) 0).putShort((short) type);
        content.run();
        align();
        buffer.putShort(start, (short) (buffer.position() - start));
        return this;
    }

    /** Adds flags of {@code nlmsghdr}. */
    NetlinkMessage withFlags(int flags) {
        buffer.putShort(FLAGS_OFFSET, (short) (buffer.getShort(FLAGS_OFFSET) | flags));
        return this;
    }

    /** The message's bytes, its length and this sequence number filled in; a new array. */
    byte[] encode(int sequence) {
        align();
        buffer.putInt(0, buffer.position());
        buffer.putInt(SEQUENCE_OFFSET, sequence);
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    private void align() {
        while (buffer.position() % 4 != 0) {
            room(1).put((byte) 0);
        }
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            ByteBuffer larger =
                    ByteBuffer.allocate(2 * buffer.capacity() + bytes).order(ByteOrder.nativeOrder());
            buffer = larger.put(buffer.flip());
        }
        return buffer;
    }
}

package dev.hashlb.core.probe;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.neighbor.MacAddress;
import dev.hashlb.core.select.SipHash;
import dev.hashlb.core.snapshot.TunnelKey;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * A probe's bytes: Geneve (RFC 8926) with O, one critical option of fixed size, and nothing behind it; see docs/wire-format.md.
 * Big-endian. All of a datagram.
 */
public final class ProbeFormat {
    /** 8 bytes of Geneve, 4 of the option's header and 60 of its data. */
    public static final int LENGTH_BYTES = 72;

    /** Version 0, sixteen words of options; O: for the endpoint itself, C: critical; EtherType 88b5, for experiments. */
    private static final int FIRST_WORD = 0x10c0_88b5;
    /** Class 0xff48 of the experimental range, type 2 with the critical bit, fifteen words of data. */
    private static final int OPTION_WORD = 0xff48_820f;

    private static final int DATA = 12;
    private static final int FLAGS = DATA;
    private static final int KEY_ID = DATA + 1;
    private static final int EPOCH = DATA + 4;
    private static final int SEQUENCE = DATA + 12;
    private static final int ECHOED_EPOCH = DATA + 16;
    private static final int ECHOED_SEQUENCE = DATA + 24;
    private static final int ROUTERS_DIGEST = DATA + 28;
    private static final int VIPS_DIGEST = DATA + 36;
    private static final int MAC = DATA + 44;
    private static final int TAG = DATA + 52;

    private static final int FLAG_SETTLED = 1;
    private static final int FLAG_LEAVING = 2;
    private static final int KNOWN_FLAGS = FLAG_SETTLED | FLAG_LEAVING;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** Why a probe is not listened to. */
    public enum Refusal {
        BAD_HEADER,
        BAD_TAG
    }

    /** A probe, or why there is none. */
    public sealed interface Reading {}

    /** What was read. */
    public record Good(Probe probe) implements Reading {}

    /** What was not. */
    public record Refused(Refusal reason) implements Reading {}

    private ProbeFormat() {}

    /** Whether a tunnel datagram is meant as a probe: by its length and first word alone. For the packet path. */
    public static boolean isProbe(MemorySegment memory, long offset, int lengthBytes) {
        return lengthBytes == LENGTH_BYTES && memory.get(INT, offset) == FIRST_WORD;
    }

    /**
     * Writes a probe.
     *
     * @param keys the newest signs; without keys the tag is 0
     * @param sender the sending node's address
     * @param receiver the receiving node's, of the same family
     * @return {@value #LENGTH_BYTES} bytes
     */
    public static byte[] write(Probe probe, List<TunnelKey> keys, IpAddress sender, IpAddress receiver) {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH_BYTES);
        bytes.putInt(FIRST_WORD).putInt(0).putInt(OPTION_WORD);
        int flags = (probe.settled() ? FLAG_SETTLED : 0) | (probe.leaving() ? FLAG_LEAVING : 0);
        bytes.put((byte) flags).put((byte) (keys.isEmpty() ? 0 : keys.getFirst().id()));
        bytes.putShort((short) 0);
        bytes.putLong(probe.epoch()).putInt(probe.sequence());
        bytes.putLong(probe.echoedEpoch()).putInt(probe.echoedSequence());
        bytes.putLong(probe.routersDigest()).putLong(probe.vipsDigest());
        bytes.putLong(probe.mac().bits() << 16);
        if (!keys.isEmpty()) {
            bytes.putLong(tag(bytes.array(), keys.getFirst(), sender, receiver));
        }
        return bytes.array();
    }

    /**
     * Reads a datagram.
     *
     * @param keys empty: tags are not looked at
     * @param sender the node that it came from, by its address
     * @param receiver this node's address
     */
    public static Reading read(byte[] datagram, List<TunnelKey> keys, IpAddress sender, IpAddress receiver) {
        ByteBuffer bytes = ByteBuffer.wrap(datagram);
        if (!wellFormed(bytes)) {
            return new Refused(Refusal.BAD_HEADER);
        }
        int keyId = bytes.get(KEY_ID) & 0xff;
        boolean proven = keys.isEmpty()
                || keys.stream()
                        .anyMatch(k -> k.id() == keyId && tag(datagram, k, sender, receiver) == bytes.getLong(TAG));
        if (!proven) {
            return new Refused(Refusal.BAD_TAG);
        }
        int flags = bytes.get(FLAGS);
        return new Good(new Probe(
                (flags & FLAG_SETTLED) != 0,
                (flags & FLAG_LEAVING) != 0,
                bytes.getLong(EPOCH),
                bytes.getInt(SEQUENCE),
                bytes.getLong(ECHOED_EPOCH),
                bytes.getInt(ECHOED_SEQUENCE),
                bytes.getLong(ROUTERS_DIGEST),
                bytes.getLong(VIPS_DIGEST),
                new MacAddress(bytes.getLong(MAC) >>> 16)));
    }

    private static boolean wellFormed(ByteBuffer bytes) {
        return bytes.limit() == LENGTH_BYTES
                && bytes.getInt(0) == FIRST_WORD
                && bytes.getInt(4) == 0
                && bytes.getInt(8) == OPTION_WORD
                && (bytes.get(FLAGS) & ~KNOWN_FLAGS) == 0
                && bytes.getShort(KEY_ID + 1) == 0
                && bytes.getShort(MAC + MacAddress.LENGTH_BYTES) == 0
                && bytes.getLong(EPOCH) != 0;
    }

    /** Over the option's data without the tag, and the two nodes; as long as no message of {@code TunnelTag} ever is. */
    private static long tag(byte[] datagram, TunnelKey key, IpAddress sender, IpAddress receiver) {
        byte[] from = sender.toBytes();
        byte[] to = receiver.toBytes();
        byte[] message = Arrays.copyOfRange(datagram, DATA, TAG + from.length + to.length);
        System.arraycopy(from, 0, message, TAG - DATA, from.length);
        System.arraycopy(to, 0, message, TAG - DATA + from.length, to.length);
        return new SipHash(key.low(), key.high()).hash(message);
    }
}

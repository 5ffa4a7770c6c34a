package dev.hashlb.core.tunnel;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.DropReason;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The tunnel's header: Geneve (RFC 8926) with one critical option of fixed size; see docs/wire-format.md. */
public final class TunnelHeader {
    /** The UDP port; Geneve's own, 6081, is often the CNI's. */
    public static final int PORT = 6082;
    /** 8 bytes of Geneve, 4 of the option's header and 32 of its data. */
    public static final int LENGTH_BYTES = 44;

    private static final int IPV4_AND_UDP_BYTES = 20 + 8;
    private static final int IPV6_AND_UDP_BYTES = 40 + 8;

    /** The receiver delivers without asking whether a socket claims the packet. */
    public static final int FLAG_DELIVER = 1;
    /** The inner transport checksum holds only the pseudo-header's sum and is to be finished. */
    public static final int FLAG_CSUM_PARTIAL = 2;

    /** The packet is a server's and goes out by the receiver, which is its router. */
    public static final int FLAG_REPLY = 4;

    /** The last wire id's server has a socket of the flow in TIME_WAIT, or half-open with its SYN-ACK repeated: it is the end of the way. */
    public static final int FLAG_WEAK_CLAIM = 8;

    /** The option's data begins here; the bytes up to {@link #TAG} are hashed for the tag. */
    static final int DATA = 12;

    static final int FLAGS = DATA + 4;
    static final int TAG = DATA + 24;

    private static final int HOPS = DATA + 5;
    private static final int KEY_ID = DATA + 6;
    private static final int LEAD = DATA + 7;
    private static final int WIRE_IDS = DATA + 8;
    private static final int KNOWN_FLAGS = FLAG_DELIVER | FLAG_CSUM_PARTIAL | FLAG_REPLY | FLAG_WEAK_CLAIM;

    /** Version 0, nine words of options; C: there is a critical option; then the EtherType of what follows. */
    private static final int FIRST_WORD_IPV4 = 0x0940_0800;

    private static final int FIRST_WORD_IPV6 = 0x0940_86dd;
    /** Class 0xff48 of the experimental range, type 1 with the critical bit, eight words of data. */
    private static final int OPTION_WORD = 0xff48_8108;

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private TunnelHeader() {}

    /** What the tunnel adds to a packet: 72 bytes over IPv4, 92 over IPv6. */
    public static int overheadBytes(Family outer) {
        return LENGTH_BYTES + (outer == Family.IPV4 ? IPV4_AND_UDP_BYTES : IPV6_AND_UDP_BYTES);
    }

    /** Writes a whole header; values as the accessors have them, of which only the low bits that fit are taken. */
    public static void write(
            MemorySegment memory,
            long offset,
            Family inner,
            int generation,
            int flags,
            int hops,
            int keyId,
            int lead,
            int wireId0,
            int wireId1,
            int wireId2,
            int wireId3,
            long tag) {
        long first = inner == Family.IPV4 ? FIRST_WORD_IPV4 : FIRST_WORD_IPV6;
        int third = (flags << 24) | ((hops & 0xff) << 16) | ((keyId & 0xff) << 8) | (lead & 0xff);
        // In words of 8 bytes, since the tag reads such: a load of two stores together has to wait for both to reach
        // the cache.
        memory.set(LONG, offset, first << 32);
        memory.set(INT, offset + 8, OPTION_WORD);
        memory.set(LONG, offset + DATA, words(generation, third));
        memory.set(LONG, offset + WIRE_IDS, words(wireId0, wireId1));
        memory.set(LONG, offset + WIRE_IDS + 8, words(wireId2, wireId3));
        memory.set(LONG, offset + TAG, tag);
    }

    private static long words(int first, int second) {
        return ((long) first << 32) | Integer.toUnsignedLong(second);
    }

    /** Judges a header; null if it is well formed and something follows it. */
    public static @Nullable DropReason check(MemorySegment memory, long offset, int availableBytes) {
        if (availableBytes <= LENGTH_BYTES) {
            return DropReason.BAD_TUNNEL_HEADER;
        }
        int first = memory.get(INT, offset);
        boolean good = (first == FIRST_WORD_IPV4 || first == FIRST_WORD_IPV6)
                && memory.get(INT, offset + 4) == 0
                && memory.get(INT, offset + 8) == OPTION_WORD
                && (flags(memory, offset) & ~KNOWN_FLAGS) == 0;
        return good ? null : DropReason.BAD_TUNNEL_HEADER;
    }

    /** The family of the packet inside, by the header. */
    public static Family innerFamily(MemorySegment memory, long offset) {
        return memory.get(INT, offset) == FIRST_WORD_IPV4 ? Family.IPV4 : Family.IPV6;
    }

    /** The low 32 bits of the sender's generation of the balancer. */
    public static int generation(MemorySegment memory, long offset) {
        return memory.get(INT, offset + DATA);
    }

    public static int flags(MemorySegment memory, long offset) {
        return memory.get(ValueLayout.JAVA_BYTE, offset + FLAGS) & 0xff;
    }

    /** How many hosts have passed the packet on. */
    public static int hops(MemorySegment memory, long offset) {
        return memory.get(ValueLayout.JAVA_BYTE, offset + HOPS) & 0xff;
    }

    /** The key that the tag was made with, 0 to 255. */
    public static int keyId(MemorySegment memory, long offset) {
        return memory.get(ValueLayout.JAVA_BYTE, offset + KEY_ID) & 0xff;
    }

    /** How many generations the list that the last wire id is the owner by is ahead of {@link #generation}, 0 to 255. */
    public static int lead(MemorySegment memory, long offset) {
        return memory.get(ValueLayout.JAVA_BYTE, offset + LEAD) & 0xff;
    }

    /** @param position 0, the owner, to 3; 0 names nobody */
    public static int wireId(MemorySegment memory, long offset, int position) {
        return memory.get(INT, offset + WIRE_IDS + 4L * position);
    }

    public static long tag(MemorySegment memory, long offset) {
        return memory.get(LONG, offset + TAG);
    }

    /** Writes the tag of a header whose other fields are written. */
    public static void tag(MemorySegment memory, long offset, long tag) {
        memory.set(LONG, offset + TAG, tag);
    }
}

package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;

/**
 * Positions in an IPv4 header (RFC 791), in bytes from its start:
 *
 * <pre>
 *  0 version(4) IHL(4) | TOS(8) | total length(16)
 *  4 identification(16) | 0 DF MF | fragment offset(13), in units of 8 bytes
 *  8 TTL(8) | protocol(8) | header checksum(16)
 * 12 source(32)
 * 16 destination(32)
 * 20 options, up to 40 bytes
 * </pre>
 */
final class Ipv4Header {
    static final int LENGTH_BYTES = 20;
    static final int TOS = 1;
    static final int TOTAL_LENGTH = 2;
    static final int IDENTIFICATION = 4;
    static final int FRAGMENT = 6;
    static final int TTL = 8;
    static final int PROTOCOL = 9;
    static final int CHECKSUM = 10;
    static final int SOURCE = 12;
    static final int DESTINATION = 16;

    static final int DONT_FRAGMENT = 0x4000;
    static final int MORE_FRAGMENTS = 0x2000;
    static final int FRAGMENT_OFFSET_MASK = 0x1fff;

    private Ipv4Header() {}

    /**
     * Whether no client can have this address: 0.0.0.0/8 ("this network"), loopback, multicast, limited broadcast
     * (RFC 1122, 3.2.1.3). A subnet's own broadcast address cannot be told from the packet.
     */
    static boolean isNoClient(long address) {
        int top = (int) (address >>> 24);
        return top == 0 || top == 127 || isMulticastOrBroadcast(address);
    }

    static boolean isMulticastOrBroadcast(long address) {
        return address >>> 28 == 0xe || address == 0xffff_ffffL;
    }

    /** The header's sum without the three fields in which the segments of a super-packet differ. */
    static long sumWithoutVarying(MemorySegment memory, long at, int headerLengthBytes) {
        return Checksum.sum(memory, at, headerLengthBytes)
                - NetworkOrder.u16(memory, at + TOTAL_LENGTH)
                - ((long) NetworkOrder.u16(memory, at + IDENTIFICATION) << 16) // the upper half of a 32-bit summand
                - NetworkOrder.u16(memory, at + CHECKSUM);
    }

    /** Writes those fields: total length, identification (its lowest 16 bits) and the checksum that follows from them. */
    static void writeVarying(
            MemorySegment out, long at, long sumWithoutVarying, int totalLengthBytes, int identification) {
        int identification16 = identification & 0xffff;
        NetworkOrder.put16(out, at + TOTAL_LENGTH, totalLengthBytes);
        NetworkOrder.put16(out, at + IDENTIFICATION, identification16);
        NetworkOrder.put16(out, at + CHECKSUM, Checksum.of(sumWithoutVarying + totalLengthBytes + identification16));
    }
}

package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;

/**
 * The internet checksum (RFC 1071) and its incremental update (RFC 1624).
 *
 * <p>Sums are unfolded: longs that may be added to each other, as long as each part but the last has an even length, and
 * that {@link #fold} brings down to 16 bits.
 */
public final class Checksum {
    private static final long LOW_32 = 0xffff_ffffL;

    private Checksum() {}

    /**
     * The one's complement sum of a range, an odd last byte taken as the upper half of a word.
     *
     * @return an unfolded sum below 2^48 for ranges up to 64 KiB
     */
    public static long sum(MemorySegment memory, long offset, long lengthBytes) {
        long sum = 0;
        long at = offset;
        long end = offset + lengthBytes;
        for (; at + 8 <= end; at += 8) {
            long word = NetworkOrder.i64(memory, at);
            sum += (word >>> 32) + (word & LOW_32);
        }
        if (at + 4 <= end) {
            sum += NetworkOrder.u32(memory, at);
            at += 4;
        }
        if (at + 2 <= end) {
            sum += NetworkOrder.u16(memory, at);
            at += 2;
        }
        if (at < end) {
            sum += (long) NetworkOrder.u8(memory, at) << 8;
        }
        return sum;
    }

    /** The sum in 16 bits: 0 only if every summand was 0. */
    public static int fold(long sum) {
        long folded = (sum >>> 32) + (sum & LOW_32);
        folded = (folded >>> 16) + (folded & 0xffff);
        folded = (folded >>> 16) + (folded & 0xffff);
        return (int) ((folded >>> 16) + (folded & 0xffff));
    }

    /** The checksum field's value for a sum that was made with the field as 0: its complement. */
    public static int of(long sum) {
        return ~fold(sum) & 0xffff;
    }

    /**
     * The sum of IPv4's pseudo-header (RFC 9293, 3.1).
     *
     * @param source zero-extended 32-bit address
     * @param destination zero-extended 32-bit address
     * @param lengthBytes the length of the transport header with its payload
     */
    public static long pseudoHeaderIpv4(long source, long destination, int protocol, int lengthBytes) {
        return source + destination + protocol + lengthBytes;
    }

    /** The sum of IPv6's pseudo-header (RFC 8200, 8.1); the protocol is the transport's, not an extension header's. */
    public static long pseudoHeaderIpv6(
            long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, int protocol, int lengthBytes) {
        return halves(sourceHigh)
                + halves(sourceLow)
                + halves(destinationHigh)
                + halves(destinationLow)
                + protocol
                + lengthBytes;
    }

    /**
     * The checksum after one 16-bit word that it covers has changed: {@code HC' = ~(~HC + ~m + m')} (RFC 1624, equation 3,
     * which unlike equation 2 of RFC 1141 never makes a valid -0 of a +0).
     */
    public static int update(int checksum, int oldWord, int newWord) {
        return ~fold((~checksum & 0xffff) + (~oldWord & 0xffff) + (newWord & 0xffff)) & 0xffff;
    }

    /** As {@link #update}, for UDP (RFC 768): 0 says "none" and stays, a computed 0 is written as 0xffff. */
    public static int updateUdp(int checksum, int oldWord, int newWord) {
        if (checksum == 0) {
            return 0;
        }
        int updated = update(checksum, oldWord, newWord);
        return updated == 0 ? 0xffff : updated;
    }

    private static long halves(long word) {
        return (word >>> 32) + (word & LOW_32);
    }
}

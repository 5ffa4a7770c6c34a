package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The chain of IPv6 extension headers (RFC 8200, 4) between the fixed header and the transport header. What the walk finds
 * is packed into a long, so that nothing is allocated: protocol, offset of what it heads, and the fragment header's word.
 *
 * <p>The walk ends at a fragment header, unless that header says offset 0 and no more fragments (an atomic fragment, RFC
 * 6946, which is a whole packet). What lies behind it is in the first fragment only, so that a datagram whose
 * fragment header is followed by another extension header gives an unknown protocol in all fragments alike.
 */
final class Ipv6Chain {
    /** Real packets have one or two; a bound keeps a hostile one from costing much. */
    private static final int MOST_HEADERS = 8;

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;

    private static final int SEGMENTS_LEFT = 3;
    private static final int FRAGMENT_WORD = 2;
    private static final int FRAGMENT_OFFSET_MASK = 0xfff8;
    private static final int MORE_FRAGMENTS = 1;

    private static final long TRUNCATED = -1;
    private static final long MALFORMED = -2;

    private Ipv6Chain() {}

    /**
     * Walks the chain.
     *
     * @param start where the IPv6 header begins
     * @param lengthBytes how much from there on may be read; at least the fixed header
     */
    static long walk(MemorySegment memory, long start, int lengthBytes) {
        int next = NetworkOrder.u8(memory, start + Ipv6Header.NEXT_HEADER);
        int position = Ipv6Header.LENGTH_BYTES;
        boolean atomic = false;
        for (int headers = 0; isExtension(next); headers++) {
            if (headers == MOST_HEADERS || (next == HOP_BY_HOP && headers > 0) || (next == FRAGMENT && atomic)) {
                return MALFORMED;
            }
            if (position + 8 > lengthBytes) {
                return TRUNCATED;
            }
            long at = start + position;
            int type = next;
            next = NetworkOrder.u8(memory, at);
            if (type == FRAGMENT) {
                int word = NetworkOrder.u16(memory, at + FRAGMENT_WORD);
                position += 8;
                if ((word & (FRAGMENT_OFFSET_MASK | MORE_FRAGMENTS)) != 0) {
                    return found(next, position, word);
                }
                atomic = true;
                continue;
            }
            if (type == ROUTING && NetworkOrder.u8(memory, at + SEGMENTS_LEFT) != 0) {
                return MALFORMED; // its final destination is another than the one it came to
            }
            position += 8 + 8 * NetworkOrder.u8(memory, at + 1);
            if (position > lengthBytes) {
                return TRUNCATED;
            }
        }
        return found(next, position, 0);
    }

    /** Why the chain is refused, or null. */
    static @Nullable DropReason refused(long chain) {
        if (chain >= 0) {
            return null;
        }
        return chain == TRUNCATED ? DropReason.TRUNCATED : DropReason.BAD_EXTENSION_HEADER;
    }

    /** The protocol that the chain ends with: the datagram's, also in a fragment. */
    static int protocol(long chain) {
        return (int) chain & 0xff;
    }

    /** Bytes from the IPv6 header's start to what the chain heads. */
    static int transportOffsetBytes(long chain) {
        return (int) (chain >>> 8) & 0xff_ffff;
    }

    static boolean isFragment(long chain) {
        return chain >>> 32 != 0;
    }

    static int fragmentOffsetBytes(long chain) {
        return (int) (chain >>> 32) & FRAGMENT_OFFSET_MASK;
    }

    static boolean moreFragments(long chain) {
        return (chain >>> 32 & MORE_FRAGMENTS) != 0;
    }

    private static boolean isExtension(int header) {
        return header == HOP_BY_HOP || header == ROUTING || header == FRAGMENT || header == DESTINATION_OPTIONS;
    }

    private static long found(int protocol, int position, int fragmentWord) {
        long fragment = fragmentWord & (FRAGMENT_OFFSET_MASK | MORE_FRAGMENTS);
        return fragment << 32 | (long) position << 8 | protocol;
    }
}

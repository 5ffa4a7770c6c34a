package dev.hashlb.core.packet;

/**
 * Positions in an IPv6 header and its extension headers (RFC 8200), in bytes from the header's start:
 *
 * <pre>
 *  0 version(4) traffic class(8) flow label(20)
 *  4 payload length(16) | next header(8) | hop limit(8)
 *  8 source(128)
 * 24 destination(128)
 * </pre>
 */
final class Ipv6Header {
    static final int LENGTH_BYTES = 40;
    static final int PAYLOAD_LENGTH = 4;
    static final int NEXT_HEADER = 6;
    static final int HOP_LIMIT = 7;
    static final int SOURCE = 8;
    static final int DESTINATION = 24;

    private Ipv6Header() {}

    /**
     * Whether no client can have this address: unspecified, loopback, multicast (RFC 4291), or IPv4-mapped, which is no
     * address of a packet on the wire.
     */
    static boolean isNoClient(long high, long low) {
        return isMulticast(high) || (high == 0 && (low >>> 1 == 0 || low >>> 32 == 0xffff));
    }

    static boolean isMulticast(long high) {
        return high >>> 56 == 0xff;
    }
}

package dev.hashlb.core.packet;

/**
 * Positions in a UDP header (RFC 768), in bytes from its start:
 *
 * <pre>
 *  0 source port(16) | destination port(16)
 *  4 length(16), header included | checksum(16), 0 = none
 * </pre>
 */
final class UdpHeader {
    static final int LENGTH_BYTES = 8;
    static final int SOURCE_PORT = 0;
    static final int DESTINATION_PORT = 2;
    static final int LENGTH = 4;
    static final int CHECKSUM = 6;

    private UdpHeader() {}
}

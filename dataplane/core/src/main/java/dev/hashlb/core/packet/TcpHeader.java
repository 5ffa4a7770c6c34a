package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;

/**
 * Positions in a TCP header (RFC 9293, 3.1), in bytes from its start:
 *
 * <pre>
 *  0 source port(16) | destination port(16)
 *  4 sequence number(32)
 *  8 acknowledgment number(32)
 * 12 data offset(4) reserved(4) | CWR ECE URG ACK PSH RST SYN FIN | window(16)
 * 16 checksum(16) | urgent pointer(16)
 * 20 options, up to 40 bytes
 * </pre>
 */
final class TcpHeader {
    static final int LENGTH_BYTES = 20;
    static final int SOURCE_PORT = 0;
    static final int DESTINATION_PORT = 2;
    static final int SEQUENCE = 4;
    static final int ACKNOWLEDGMENT = 8;
    static final int DATA_OFFSET = 12;
    static final int FLAGS = 13;
    static final int WINDOW = 14;
    static final int CHECKSUM = 16;

    static final int FIN = 0x01;
    static final int SYN = 0x02;
    static final int RST = 0x04;
    static final int PSH = 0x08;
    static final int ACK = 0x10;
    static final int URG = 0x20;
    static final int ECE = 0x40;
    static final int CWR = 0x80;

    private TcpHeader() {}

    /** The header's length with its options, as its data offset says: 0 to 60. */
    static int lengthBytes(MemorySegment memory, long at) {
        return NetworkOrder.u8(memory, at + DATA_OFFSET) >>> 4 << 2;
    }
}

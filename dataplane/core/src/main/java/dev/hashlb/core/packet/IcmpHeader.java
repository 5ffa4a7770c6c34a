package dev.hashlb.core.packet;

/**
 * Positions and types of ICMP (RFC 792) and ICMPv6 (RFC 4443) messages, in bytes from the message's start:
 *
 * <pre>
 *  0 type(8) | code(8) | checksum(16)
 *  4 rest(32): identifier and sequence of an echo, MTU or zero of an error
 *  8 an echo's data, or the packet that an error quotes
 * </pre>
 */
final class IcmpHeader {
    static final int LENGTH_BYTES = 8;
    static final int CHECKSUM = 2;
    static final int REST = 4;

    static final int V4_ECHO_REPLY = 0;
    static final int V4_UNREACHABLE = 3;
    static final int V4_ECHO_REQUEST = 8;
    static final int V4_TIME_EXCEEDED = 11;
    static final int V4_PARAMETER_PROBLEM = 12;
    static final int V4_CODE_PORT_UNREACHABLE = 3;
    static final int V4_CODE_FRAGMENTATION_NEEDED = 4;

    static final int V6_UNREACHABLE = 1;
    static final int V6_TOO_BIG = 2;
    static final int V6_PARAMETER_PROBLEM = 4;
    static final int V6_ECHO_REQUEST = 128;
    static final int V6_ECHO_REPLY = 129;
    static final int V6_CODE_PORT_UNREACHABLE = 4;

    private IcmpHeader() {}
}

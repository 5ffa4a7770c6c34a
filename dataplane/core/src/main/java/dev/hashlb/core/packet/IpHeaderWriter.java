package dev.hashlb.core.packet;

import dev.hashlb.core.address.Family;
import java.lang.foreign.MemorySegment;

/** Writes IP headers without options or extension headers, for packets that this node makes itself. */
final class IpHeaderWriter {
    private static final int HOP_LIMIT = 64;
    private static final int VERSION_4_IHL_5 = 0x45;
    private static final int VERSION_6 = 0x6000_0000;

    private IpHeaderWriter() {}

    /** With DF set and so an identification that means nothing (RFC 6864). */
    static void writeIpv4(MemorySegment out, long at, int tos, int protocol, int payloadBytes, long from, long to) {
        NetworkOrder.put16(out, at, VERSION_4_IHL_5 << 8 | tos);
        NetworkOrder.put16(out, at + Ipv4Header.TOTAL_LENGTH, Ipv4Header.LENGTH_BYTES + payloadBytes);
        NetworkOrder.put16(out, at + Ipv4Header.IDENTIFICATION, 0);
        NetworkOrder.put16(out, at + Ipv4Header.FRAGMENT, Ipv4Header.DONT_FRAGMENT);
        NetworkOrder.put16(out, at + Ipv4Header.TTL, HOP_LIMIT << 8 | protocol);
        NetworkOrder.put16(out, at + Ipv4Header.CHECKSUM, 0);
        NetworkOrder.put32(out, at + Ipv4Header.SOURCE, (int) from);
        NetworkOrder.put32(out, at + Ipv4Header.DESTINATION, (int) to);
        NetworkOrder.put16(out, at + Ipv4Header.CHECKSUM, Checksum.of(Checksum.sum(out, at, Ipv4Header.LENGTH_BYTES)));
    }

    static void writeIpv6(
            MemorySegment out,
            long at,
            int protocol,
            int payloadBytes,
            long fromHigh,
            long fromLow,
            long toHigh,
            long toLow) {
        NetworkOrder.put32(out, at, VERSION_6);
        NetworkOrder.put16(out, at + Ipv6Header.PAYLOAD_LENGTH, payloadBytes);
        NetworkOrder.put16(out, at + Ipv6Header.NEXT_HEADER, protocol << 8 | HOP_LIMIT);
        NetworkOrder.put64(out, at + Ipv6Header.SOURCE, fromHigh);
        NetworkOrder.put64(out, at + Ipv6Header.SOURCE + 8, fromLow);
        NetworkOrder.put64(out, at + Ipv6Header.DESTINATION, toHigh);
        NetworkOrder.put64(out, at + Ipv6Header.DESTINATION + 8, toLow);
    }

    /** Writes the header of an answer: from the flow's destination to its source. Returns the header's length. */
    static int writeAnswer(MemorySegment out, long at, Flow request, int protocol, int payloadBytes) {
        if (request.family() == Family.IPV4) {
            writeIpv4(out, at, 0, protocol, payloadBytes, request.destinationLow(), request.sourceLow());
            return Ipv4Header.LENGTH_BYTES;
        }
        writeIpv6(
                out,
                at,
                protocol,
                payloadBytes,
                request.destinationHigh(),
                request.destinationLow(),
                request.sourceHigh(),
                request.sourceLow());
        return Ipv6Header.LENGTH_BYTES;
    }
}

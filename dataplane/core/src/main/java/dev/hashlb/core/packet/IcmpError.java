package dev.hashlb.core.packet;

import dev.hashlb.core.address.Family;
import java.lang.foreign.MemorySegment;

/**
 * ICMP (RFC 792, RFC 1812 4.3.2) and ICMPv6 (RFC 4443) errors about a packet, all checksums filled in. No error is made about
 * an ICMP error, a fragment behind the first, or a packet to a multicast or broadcast address (RFC 1122, 3.2.2).
 *
 * <p>The packet may be a super-packet whose lengths and checksum are those before segmentation; then so is what is quoted.
 * Senders look for their socket by the quoted addresses and ports only.
 */
public final class IcmpError {
    /** As much as an error takes at most: IPv6's least MTU. */
    public static final int MAX_LENGTH_BYTES = 1280;

    private static final int MAX_LENGTH_BYTES_IPV4 = 576;

    /** Internetwork control, which RFC 1812 (4.3.2.5) asks for in errors. */
    private static final int TOS = 0xc0;

    private IcmpError() {}

    /**
     * Writes a port unreachable, sent from the address that the packet was for.
     *
     * @param request a packet as {@link PacketParser} left it
     * @param out memory of the caller's that does not overlap the request
     * @param at where the error's IP header goes
     * @return the error's length in bytes; 0 where none may be sent or it does not fit
     */
    public static int writePortUnreachable(Packet request, MemorySegment out, long at) {
        Flow flow = request.flow();
        int typeAndCode = flow.family() == Family.IPV4
                ? IcmpHeader.V4_UNREACHABLE << 8 | IcmpHeader.V4_CODE_PORT_UNREACHABLE
                : IcmpHeader.V6_UNREACHABLE << 8 | IcmpHeader.V6_CODE_PORT_UNREACHABLE;
        return write(request, typeAndCode, 0, flow.destinationHigh(), flow.destinationLow(), out, at);
    }

    /**
     * Writes a fragmentation needed (RFC 1191) or a Packet Too Big, sent from a router's own address.
     *
     * @param request a packet as {@link PacketParser} left it
     * @param mtuBytes the largest packet that would have gone through
     * @param sourceHigh the address it comes from, of the packet's family: upper 64 bits, 0 for IPv4
     * @param sourceLow lower 64 bits, or the IPv4 address zero-extended
     * @param out memory of the caller's that does not overlap the request
     * @param at where the error's IP header goes
     * @return the error's length in bytes; 0 where none may be sent or it does not fit
     */
    public static int writeTooBig(
            Packet request, int mtuBytes, long sourceHigh, long sourceLow, MemorySegment out, long at) {
        boolean ipv4 = request.flow().family() == Family.IPV4;
        int typeAndCode = ipv4
                ? IcmpHeader.V4_UNREACHABLE << 8 | IcmpHeader.V4_CODE_FRAGMENTATION_NEEDED
                : IcmpHeader.V6_TOO_BIG << 8;
        int rest = ipv4 ? Math.min(mtuBytes, 0xffff) : mtuBytes;
        return write(request, typeAndCode, rest, sourceHigh, sourceLow, out, at);
    }

    private static int write(
            Packet request, int typeAndCode, int rest, long sourceHigh, long sourceLow, MemorySegment out, long at) {
        Flow flow = request.flow();
        boolean ipv4 = flow.family() == Family.IPV4;
        int headers = (ipv4 ? Ipv4Header.LENGTH_BYTES : Ipv6Header.LENGTH_BYTES) + IcmpHeader.LENGTH_BYTES;
        int quoted = Math.min(request.lengthBytes(), (ipv4 ? MAX_LENGTH_BYTES_IPV4 : MAX_LENGTH_BYTES) - headers);
        if (request.kind() == PacketKind.ICMP_ERROR
                || request.fragmentOffsetBytes() != 0
                || flow.hasMulticastOrBroadcastDestination()
                || at + headers + quoted > out.byteSize()) {
            return 0;
        }
        int messageLength = IcmpHeader.LENGTH_BYTES + quoted;
        long message = at + headers - IcmpHeader.LENGTH_BYTES;
        NetworkOrder.put16(out, message, typeAndCode);
        NetworkOrder.put16(out, message + IcmpHeader.CHECKSUM, 0);
        NetworkOrder.put32(out, message + IcmpHeader.REST, rest);
        MemorySegment.copy(request.memory(), request.offset(), out, message + IcmpHeader.LENGTH_BYTES, quoted);
        long sum = Checksum.sum(out, message, messageLength);
        if (ipv4) {
            IpHeaderWriter.writeIpv4(out, at, TOS, IpProtocol.ICMP, messageLength, sourceLow, flow.sourceLow());
        } else {
            IpHeaderWriter.writeIpv6(
                    out,
                    at,
                    IpProtocol.ICMPV6,
                    messageLength,
                    sourceHigh,
                    sourceLow,
                    flow.sourceHigh(),
                    flow.sourceLow());
            sum += Checksum.pseudoHeaderIpv6(
                    sourceHigh, sourceLow, flow.sourceHigh(), flow.sourceLow(), IpProtocol.ICMPV6, messageLength);
        }
        NetworkOrder.put16(out, message + IcmpHeader.CHECKSUM, Checksum.of(sum));
        return headers + quoted;
    }
}

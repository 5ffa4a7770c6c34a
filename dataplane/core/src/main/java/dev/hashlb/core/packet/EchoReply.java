package dev.hashlb.core.packet;

import dev.hashlb.core.address.Family;
import java.lang.foreign.MemorySegment;

/** The reply to an ICMP or ICMPv6 echo request, from the address that was asked. */
public final class EchoReply {
    private EchoReply() {}

    /**
     * Writes the reply with a copy of the request's identifier, sequence and data. The checksum follows incrementally from
     * the request's: a request that was damaged gets a reply that is seen to be damaged.
     *
     * @param request a packet of kind {@link PacketKind#ECHO_REQUEST}
     * @param out memory of the caller's that does not overlap the request
     * @param at where the reply's IP header goes
     * @return the reply's length in bytes, at most the request's; 0 where none may be sent or it does not fit
     */
    public static int write(Packet request, MemorySegment out, long at) {
        Flow flow = request.flow();
        int messageLength = request.lengthBytes() - request.transportOffsetBytes();
        boolean ipv4 = flow.family() == Family.IPV4;
        int headerLength = ipv4 ? Ipv4Header.LENGTH_BYTES : Ipv6Header.LENGTH_BYTES;
        if (request.kind() != PacketKind.ECHO_REQUEST
                || flow.hasMulticastOrBroadcastDestination()
                || at + headerLength + messageLength > out.byteSize()) {
            return 0;
        }
        IpHeaderWriter.writeAnswer(out, at, flow, flow.protocol(), messageLength);
        long message = at + headerLength;
        MemorySegment.copy(
                request.memory(), request.offset() + request.transportOffsetBytes(), out, message, messageLength);
        int oldWord = NetworkOrder.u16(out, message);
        NetworkOrder.put8(out, message, ipv4 ? IcmpHeader.V4_ECHO_REPLY : IcmpHeader.V6_ECHO_REPLY);
        int checksum = Checksum.update(
                NetworkOrder.u16(out, message + IcmpHeader.CHECKSUM), oldWord, NetworkOrder.u16(out, message));
        // The one message whose words are all 0 (an empty ICMP reply with identifier and sequence 0) needs -0; for all
        // others
        // -0 and +0 verify alike.
        NetworkOrder.put16(out, message + IcmpHeader.CHECKSUM, checksum == 0 ? 0xffff : checksum);
        return headerLength + messageLength;
    }
}

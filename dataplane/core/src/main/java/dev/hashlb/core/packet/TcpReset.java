package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;

/** The reset that a closed port answers with, computed from the segment alone (RFC 9293, 3.10.7.1). */
public final class TcpReset {
    /** As much as an answer needs at most: IPv6 and TCP header. */
    public static final int MAX_LENGTH_BYTES = Ipv6Header.LENGTH_BYTES + TcpHeader.LENGTH_BYTES;

    private TcpReset() {}

    /**
     * Writes the reset that answers a segment; all checksums are filled in.
     *
     * @param request a packet as {@link PacketParser} left it; may be a super-packet
     * @param out memory of the caller's that does not overlap the request
     * @param at where the answer's IP header goes
     * @return the answer's length in bytes; 0 where none may be sent (a reset, a fragment, no TCP) or it does not fit
     */
    public static int write(Packet request, MemorySegment out, long at) {
        Flow flow = request.flow();
        int flags = request.tcpFlags();
        if (request.kind() != PacketKind.FLOW
                || flow.protocol() != IpProtocol.TCP
                || flow.fragment()
                || (flags & TcpHeader.RST) != 0
                || flow.hasMulticastOrBroadcastDestination()
                || at + MAX_LENGTH_BYTES > out.byteSize()) {
            return 0;
        }
        long segment = request.offset() + request.transportOffsetBytes();
        int ipLength = IpHeaderWriter.writeAnswer(out, at, flow, IpProtocol.TCP, TcpHeader.LENGTH_BYTES);
        long tcp = at + ipLength;
        NetworkOrder.put16(out, tcp + TcpHeader.SOURCE_PORT, flow.destinationPort());
        NetworkOrder.put16(out, tcp + TcpHeader.DESTINATION_PORT, flow.sourcePort());
        if ((flags & TcpHeader.ACK) != 0) {
            int acknowledged = NetworkOrder.i32(request.memory(), segment + TcpHeader.ACKNOWLEDGMENT);
            writeRest(out, tcp, acknowledged, 0, TcpHeader.RST);
        } else {
            int sequence = NetworkOrder.i32(request.memory(), segment + TcpHeader.SEQUENCE);
            writeRest(out, tcp, 0, sequence + segmentLength(request, segment), TcpHeader.RST | TcpHeader.ACK);
        }
        long sum = Checksum.sum(out, tcp, TcpHeader.LENGTH_BYTES)
                + flow.pseudoHeaderSum(IpProtocol.TCP, TcpHeader.LENGTH_BYTES);
        NetworkOrder.put16(out, tcp + TcpHeader.CHECKSUM, Checksum.of(sum));
        return ipLength + TcpHeader.LENGTH_BYTES;
    }

    private static void writeRest(MemorySegment out, long tcp, int sequence, int acknowledgment, int flags) {
        NetworkOrder.put32(out, tcp + TcpHeader.SEQUENCE, sequence);
        NetworkOrder.put32(out, tcp + TcpHeader.ACKNOWLEDGMENT, acknowledgment);
        NetworkOrder.put16(out, tcp + TcpHeader.DATA_OFFSET, ((TcpHeader.LENGTH_BYTES / 4) << 12) | flags);
        NetworkOrder.put16(out, tcp + TcpHeader.WINDOW, 0);
        NetworkOrder.put32(out, tcp + TcpHeader.CHECKSUM, 0); // and the urgent pointer
    }

    /** SEG.LEN: the payload, and one each for SYN and FIN. */
    private static int segmentLength(Packet request, long segment) {
        int headerLength = TcpHeader.lengthBytes(request.memory(), segment);
        int flags = request.tcpFlags();
        return request.lengthBytes()
                - request.transportOffsetBytes()
                - headerLength
                + (flags & TcpHeader.SYN) / TcpHeader.SYN
                + (flags & TcpHeader.FIN);
    }
}

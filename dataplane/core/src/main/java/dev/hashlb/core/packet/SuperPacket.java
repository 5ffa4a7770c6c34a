package dev.hashlb.core.packet;

import dev.hashlb.core.address.Family;
import java.lang.foreign.MemorySegment;

/**
 * A TCP or UDP packet of up to 64 KiB that a local kernel has left uncut (GSO of a virtio_net_hdr), seen as the segments that
 * it stands for. Headers are written one by one; the payload stays where it is, for an iovec to point at.
 *
 * <p>The checksum of a super-packet is partial (NEEDS_CSUM), and so are those of its segments: the field holds the sum of the
 * pseudo-header for the segment's length, to be completed by whoever hands the segment to a kernel.
 *
 * <p>Mutable and reused: one per thread, valid as long as the memory of the packet.
 */
public final class SuperPacket {
    private MemorySegment memory = MemorySegment.NULL;
    private long offset;
    private boolean ipv4;
    private boolean tcp;
    private int transportOffsetBytes;
    private int headerLengthBytes;
    private int payloadLengthBytes;
    private int segmentSizeBytes;
    private int segmentCount;
    private int identification;
    private int sequence;
    private int tcpFlags;
    private long headerSum;
    private long addressSum;

    /**
     * Looks at a packet as at one to be cut.
     *
     * @param packet as {@link PacketParser} left it
     * @param gsoSizeBytes payload bytes of each segment but the last
     * @return false if it cannot be cut: no TCP or UDP, a fragment, without payload, or a UDP length that is not the packet's
     */
    public boolean set(Packet packet, int gsoSizeBytes) {
        Flow flow = packet.flow();
        if (packet.kind() != PacketKind.FLOW || flow.fragment() || gsoSizeBytes <= 0) {
            return false;
        }
        memory = packet.memory();
        offset = packet.offset();
        ipv4 = flow.family() == Family.IPV4;
        tcp = flow.protocol() == IpProtocol.TCP;
        transportOffsetBytes = packet.transportOffsetBytes();
        long transport = offset + transportOffsetBytes;
        headerLengthBytes = packet.headerLengthBytes();
        payloadLengthBytes = packet.lengthBytes() - headerLengthBytes;
        if (payloadLengthBytes == 0) {
            return false;
        }
        if (!tcp
                && NetworkOrder.u16(memory, transport + UdpHeader.LENGTH)
                        != packet.lengthBytes() - transportOffsetBytes) {
            return false;
        }
        segmentSizeBytes = Math.min(gsoSizeBytes, payloadLengthBytes);
        segmentCount = (payloadLengthBytes + segmentSizeBytes - 1) / segmentSizeBytes;
        tcpFlags = packet.tcpFlags();
        addressSum = flow.pseudoHeaderSum(flow.protocol(), 0);
        if (tcp) {
            sequence = NetworkOrder.i32(memory, transport + TcpHeader.SEQUENCE);
        }
        if (ipv4) {
            identification = NetworkOrder.u16(memory, offset + Ipv4Header.IDENTIFICATION);
            headerSum = Ipv4Header.sumWithoutVarying(memory, offset, transportOffsetBytes);
        }
        return true;
    }

    public int segmentCount() {
        return segmentCount;
    }

    /** The length of a segment's IP and transport header, options and extension headers included. */
    public int headerLengthBytes() {
        return headerLengthBytes;
    }

    /** From the IP header's start to the transport header: where a virtio_net_hdr's csum_start points. */
    public int transportOffsetBytes() {
        return transportOffsetBytes;
    }

    /** Where a segment's payload lies, from the start of the memory. */
    public long payloadOffset(int segment) {
        return offset + headerLengthBytes + (long) segment * segmentSizeBytes;
    }

    /** How long a segment's payload is: the segment size, for the last one what is left. */
    public int payloadLengthBytes(int segment) {
        return segment < segmentCount - 1
                ? segmentSizeBytes
                : payloadLengthBytes - (segmentCount - 1) * segmentSizeBytes;
    }

    /**
     * Writes a segment's headers. The sequence number advances by the payload before it, IPv4's identification by one; FIN and
     * PSH are the last segment's, CWR the first's (RFC 3168, 6.1.2).
     *
     * @param segment 0 to {@link #segmentCount()} - 1
     * @param out takes {@link #headerLengthBytes()} bytes; memory that does not overlap the packet's headers
     * @param at where the IP header goes
     */
    public void writeHeader(int segment, MemorySegment out, long at) {
        MemorySegment.copy(memory, offset, out, at, headerLengthBytes);
        int length = headerLengthBytes + payloadLengthBytes(segment);
        if (ipv4) {
            Ipv4Header.writeVarying(out, at, headerSum, length, identification + segment);
        } else {
            NetworkOrder.put16(out, at + Ipv6Header.PAYLOAD_LENGTH, length - Ipv6Header.LENGTH_BYTES);
        }
        long transport = at + transportOffsetBytes;
        int transportLength = length - transportOffsetBytes;
        int partial = Checksum.fold(addressSum + transportLength);
        if (tcp) {
            NetworkOrder.put32(out, transport + TcpHeader.SEQUENCE, sequence + segment * segmentSizeBytes);
            NetworkOrder.put8(out, transport + TcpHeader.FLAGS, flags(segment));
            NetworkOrder.put16(out, transport + TcpHeader.CHECKSUM, partial);
        } else {
            NetworkOrder.put16(out, transport + UdpHeader.LENGTH, transportLength);
            NetworkOrder.put16(out, transport + UdpHeader.CHECKSUM, partial);
        }
    }

    private int flags(int segment) {
        int flags = tcpFlags;
        if (segment > 0) {
            flags &= ~TcpHeader.CWR;
        }
        if (segment < segmentCount - 1) {
            flags &= ~(TcpHeader.FIN | TcpHeader.PSH);
        }
        return flags;
    }
}

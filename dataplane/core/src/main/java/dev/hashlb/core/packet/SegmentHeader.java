package dev.hashlb.core.packet;

import dev.hashlb.core.address.Family;
import java.lang.foreign.MemorySegment;

/** The header of a run's first segment, and what the header of one that continues the run must be equal to. */
final class SegmentHeader {
    private static final int JOINABLE_FLAGS =
            TcpHeader.ACK | TcpHeader.PSH | TcpHeader.FIN | TcpHeader.ECE | TcpHeader.CWR;

    /** Of the IPv4 header's first 8 bytes: all but total length and identification. */
    private static final long SAME_TO_FRAGMENT = 0xffff_0000_0000_ffffL;

    /** Of the 8 bytes from TTL on: all but the header checksum. */
    private static final long SAME_TO_SOURCE = 0xffff_0000_ffff_ffffL;

    /** Of the IPv6 header's first 8 bytes: all but the payload length. */
    private static final long SAME_TO_HOP_LIMIT = 0xffff_ffff_0000_ffffL;

    /** Of the 4 bytes from TCP's data offset on: all but FIN, PSH and CWR. */
    private static final int SAME_OFFSET_FLAGS_WINDOW = ~((TcpHeader.FIN | TcpHeader.PSH | TcpHeader.CWR) << 16);

    private MemorySegment memory = MemorySegment.NULL;
    private long offset;
    private boolean ipv4;
    private boolean tcp;
    private boolean identified;
    private int transportOffsetBytes;
    private int lengthBytes;
    private long addressSum;

    /** Sets the first segment; false if no other can join it. */
    boolean set(Packet packet) {
        Flow flow = packet.flow();
        memory = packet.memory();
        offset = packet.offset();
        ipv4 = flow.family() == Family.IPV4;
        tcp = flow.protocol() == IpProtocol.TCP;
        transportOffsetBytes = packet.transportOffsetBytes();
        if (packet.kind() != PacketKind.FLOW
                || flow.fragment()
                || transportOffsetBytes != (ipv4 ? Ipv4Header.LENGTH_BYTES : Ipv6Header.LENGTH_BYTES)
                || (packet.tcpFlags() & ~JOINABLE_FLAGS) != 0) {
            return false;
        }
        identified = ipv4 && !packet.dontFragment(); // with DF the identification means nothing (RFC 6864)
        lengthBytes = transportOffsetBytes
                + (tcp ? TcpHeader.lengthBytes(memory, offset + transportOffsetBytes) : UdpHeader.LENGTH_BYTES);
        addressSum = flow.pseudoHeaderSum(flow.protocol(), 0);
        return (tcp || sameUdp(memory, offset, packet.lengthBytes()))
                && hasPartialChecksum(memory, offset, packet.lengthBytes());
    }

    int lengthBytes() {
        return lengthBytes;
    }

    int transportOffsetBytes() {
        return transportOffsetBytes;
    }

    boolean isTcp() {
        return tcp;
    }

    /** A segment's length as its IP header gives it. */
    int packetLengthBytes(MemorySegment other, long at) {
        return ipv4
                ? NetworkOrder.u16(other, at + Ipv4Header.TOTAL_LENGTH)
                : Ipv6Header.LENGTH_BYTES + NetworkOrder.u16(other, at + Ipv6Header.PAYLOAD_LENGTH);
    }

    /** A segment's TCP flags; 0 for UDP. */
    int flags(MemorySegment other, long at) {
        return tcp ? NetworkOrder.u8(other, at + transportOffsetBytes + TcpHeader.FLAGS) : 0;
    }

    /**
     * Whether the header there is that of the run's next segment.
     *
     * @param packetLength its length by its IP header; at least this header's length
     * @param segment how many segments are before it
     * @param payloadBefore how many bytes of payload are before it
     */
    boolean isContinuedBy(MemorySegment other, long at, int packetLength, int segment, int payloadBefore) {
        return (ipv4 ? sameIpv4(other, at, segment) : sameIpv6(other, at))
                && (tcp ? sameTcp(other, at, payloadBefore) : sameUdp(other, at, packetLength))
                && hasPartialChecksum(other, at, packetLength);
    }

    private boolean sameIpv4(MemorySegment other, long at, int segment) {
        long toFragment = NetworkOrder.i64(memory, offset);
        long otherToFragment = NetworkOrder.i64(other, at);
        return ((toFragment ^ otherToFragment) & SAME_TO_FRAGMENT) == 0
                && ((NetworkOrder.i64(memory, offset + Ipv4Header.TTL) ^ NetworkOrder.i64(other, at + Ipv4Header.TTL))
                                & SAME_TO_SOURCE)
                        == 0
                && NetworkOrder.i32(memory, offset + Ipv4Header.DESTINATION)
                        == NetworkOrder.i32(other, at + Ipv4Header.DESTINATION)
                && (!identified || (short) ((toFragment >>> 16) + segment) == (short) (otherToFragment >>> 16))
                && Checksum.fold(Checksum.sum(other, at, Ipv4Header.LENGTH_BYTES)) == 0xffff;
    }

    private boolean sameIpv6(MemorySegment other, long at) {
        return ((NetworkOrder.i64(memory, offset) ^ NetworkOrder.i64(other, at)) & SAME_TO_HOP_LIMIT) == 0
                && same64(other, at, Ipv6Header.SOURCE)
                && same64(other, at, Ipv6Header.SOURCE + 8)
                && same64(other, at, Ipv6Header.DESTINATION)
                && same64(other, at, Ipv6Header.DESTINATION + 8);
    }

    private boolean sameTcp(MemorySegment other, long at, int payloadBefore) {
        int tcpAt = transportOffsetBytes;
        int word = NetworkOrder.i32(memory, offset + tcpAt + TcpHeader.DATA_OFFSET);
        int otherWord = NetworkOrder.i32(other, at + tcpAt + TcpHeader.DATA_OFFSET);
        if (!same32(other, at, tcpAt + TcpHeader.SOURCE_PORT)
                || NetworkOrder.i32(memory, offset + tcpAt + TcpHeader.SEQUENCE) + payloadBefore
                        != NetworkOrder.i32(other, at + tcpAt + TcpHeader.SEQUENCE)
                || !same32(other, at, tcpAt + TcpHeader.ACKNOWLEDGMENT)
                || ((word ^ otherWord) & SAME_OFFSET_FLAGS_WINDOW) != 0
                || (otherWord & TcpHeader.CWR << 16) != 0) {
            return false;
        }
        for (int option = tcpAt + TcpHeader.LENGTH_BYTES; option < lengthBytes; option += 4) {
            if (!same32(other, at, option)) {
                return false;
            }
        }
        return true;
    }

    private boolean sameUdp(MemorySegment other, long at, int packetLength) {
        return same32(other, at, transportOffsetBytes + UdpHeader.SOURCE_PORT)
                && NetworkOrder.u16(other, at + transportOffsetBytes + UdpHeader.LENGTH)
                        == packetLength - transportOffsetBytes;
    }

    private boolean same32(MemorySegment other, long at, int position) {
        return NetworkOrder.i32(memory, offset + position) == NetworkOrder.i32(other, at + position);
    }

    private boolean same64(MemorySegment other, long at, int position) {
        return NetworkOrder.i64(memory, offset + position) == NetworkOrder.i64(other, at + position);
    }

    private boolean hasPartialChecksum(MemorySegment other, long at, int packetLength) {
        return NetworkOrder.u16(other, at + checksumPosition())
                == Checksum.fold(addressSum + packetLength - transportOffsetBytes);
    }

    private int checksumPosition() {
        return transportOffsetBytes + (tcp ? TcpHeader.CHECKSUM : UdpHeader.CHECKSUM);
    }

    /** Writes the header of the whole run. */
    void write(MemorySegment out, long at, int payloadBytes, int lastFlags) {
        int length = lengthBytes + payloadBytes;
        int identification = ipv4 ? NetworkOrder.u16(memory, offset + Ipv4Header.IDENTIFICATION) : 0;
        int flags = flags(memory, offset) | (lastFlags & (TcpHeader.FIN | TcpHeader.PSH));
        MemorySegment.copy(memory, offset, out, at, lengthBytes);
        if (ipv4) {
            long sum = Ipv4Header.sumWithoutVarying(out, at, Ipv4Header.LENGTH_BYTES);
            Ipv4Header.writeVarying(out, at, sum, length, identification);
        } else {
            NetworkOrder.put16(out, at + Ipv6Header.PAYLOAD_LENGTH, length - Ipv6Header.LENGTH_BYTES);
        }
        int transportLength = length - transportOffsetBytes;
        if (tcp) {
            NetworkOrder.put8(out, at + transportOffsetBytes + TcpHeader.FLAGS, flags);
        } else {
            NetworkOrder.put16(out, at + transportOffsetBytes + UdpHeader.LENGTH, transportLength);
        }
        NetworkOrder.put16(out, at + checksumPosition(), Checksum.fold(addressSum + transportLength));
    }
}

package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Parses TCP and UDP headers, those that ICMP errors quote included. */
final class TransportParser {
    /** As much of a transport header as an ICMP error quotes at least (RFC 792). */
    private static final int QUOTED_LENGTH_BYTES = 8;

    private TransportParser() {}

    /** A TCP header, whole, at the packet's transport offset. */
    static @Nullable DropReason tcp(Packet out) {
        MemorySegment memory = out.memory();
        long at = out.offset() + out.transportOffsetBytes();
        int length = out.lengthBytes() - out.transportOffsetBytes();
        if (length < TcpHeader.LENGTH_BYTES) {
            return DropReason.BAD_TCP_HEADER;
        }
        int ports = NetworkOrder.i32(memory, at);
        int offsetAndFlags = NetworkOrder.u16(memory, at + TcpHeader.DATA_OFFSET);
        int headerLength = offsetAndFlags >>> 12 << 2;
        if (headerLength < TcpHeader.LENGTH_BYTES || headerLength > length) {
            return DropReason.BAD_TCP_HEADER;
        }
        out.tcpFlags(offsetAndFlags & 0xff);
        return ports(ports >>> 16, ports & 0xffff, out);
    }

    /** A UDP header with all of its datagram. */
    static @Nullable DropReason udp(Packet out) {
        int length = out.lengthBytes() - out.transportOffsetBytes();
        if (length < UdpHeader.LENGTH_BYTES) {
            return DropReason.TRUNCATED;
        }
        int announced = NetworkOrder.u16(out.memory(), out.offset() + out.transportOffsetBytes() + UdpHeader.LENGTH);
        return announced > length ? DropReason.BAD_LENGTH : udpHeader(out);
    }

    /** A UDP header whose datagram may go on in other fragments; at least 8 bytes must be there. */
    static @Nullable DropReason udpHeader(Packet out) {
        long word = NetworkOrder.i64(out.memory(), out.offset() + out.transportOffsetBytes());
        if ((word >>> 16 & 0xffff) < UdpHeader.LENGTH_BYTES) {
            return DropReason.BAD_LENGTH;
        }
        return ports((int) (word >>> 48), (int) (word >>> 32) & 0xffff, out);
    }

    private static @Nullable DropReason ports(int source, int destination, Packet out) {
        if (source == 0 || destination == 0) {
            return DropReason.BAD_PORT;
        }
        out.kind(PacketKind.FLOW);
        out.flow().ports(source, destination);
        return null;
    }

    /**
     * The transport header that an ICMP error quotes; addresses and protocol are in the flow already.
     *
     * @param inner bytes from the outer IP header's start to the inner one
     * @param transport bytes from the outer IP header's start to the inner transport header; may lie behind the packet
     */
    static @Nullable DropReason quoted(
            Packet out, int inner, int transport, boolean fragment, int fragmentOffsetBytes) {
        int protocol = out.flow().protocol();
        if (protocol != IpProtocol.TCP && protocol != IpProtocol.UDP) {
            return DropReason.UNSUPPORTED_ICMP;
        }
        out.kind(PacketKind.ICMP_ERROR);
        out.inner(inner, transport);
        out.fragmentOffsetBytes(fragmentOffsetBytes);
        if (fragmentOffsetBytes != 0) {
            out.flow().asFragment();
            return transport > out.lengthBytes() ? DropReason.TRUNCATED : null;
        }
        if (out.lengthBytes() - transport < QUOTED_LENGTH_BYTES) {
            return DropReason.TRUNCATED;
        }
        int ports = NetworkOrder.i32(out.memory(), out.offset() + transport);
        if (ports >>> 16 == 0 || (ports & 0xffff) == 0) {
            return DropReason.BAD_PORT;
        }
        if (fragment) {
            out.flow().asFragment();
        } else {
            out.flow().ports(ports & 0xffff, ports >>> 16); // turned: the quoted source is the service
        }
        return null;
    }
}

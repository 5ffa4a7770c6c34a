package dev.hashlb.core.packet;

import org.jspecify.annotations.Nullable;

/** Parses fragments: the first, which must hold its transport header whole, and those behind it, which have none. */
final class FragmentParser {
    private FragmentParser() {}

    /**
     * Parses what follows the IP headers of a fragment; the flow's addresses and protocol (the datagram's) are set already.
     *
     * @param offsetBytes the fragment's offset in its datagram
     * @param more whether more fragments follow
     * @param mostBytes how many bytes the reassembled datagram may have behind its IP headers
     */
    static @Nullable DropReason parse(Packet out, int offsetBytes, boolean more, int mostBytes) {
        int length = out.lengthBytes() - out.transportOffsetBytes();
        int protocol = out.flow().protocol();
        if (length == 0 || (more && length % 8 != 0) || offsetBytes + length > mostBytes) {
            return DropReason.BAD_FRAGMENT;
        }
        if (protocol == IpProtocol.ICMP || protocol == IpProtocol.ICMPV6) {
            return DropReason.UNSUPPORTED_ICMP; // would have to be put together first, and that takes state
        }
        if (protocol != IpProtocol.TCP && protocol != IpProtocol.UDP) {
            return DropReason.UNKNOWN_PROTOCOL;
        }
        out.fragmentOffsetBytes(offsetBytes);
        DropReason refused = offsetBytes == 0 ? first(out, protocol, length) : later(protocol, offsetBytes);
        out.kind(PacketKind.FLOW);
        out.flow().asFragment();
        return refused;
    }

    private static @Nullable DropReason first(Packet out, int protocol, int lengthBytes) {
        if (protocol == IpProtocol.TCP) {
            return lengthBytes < TcpHeader.LENGTH_BYTES ? DropReason.BAD_FRAGMENT : TransportParser.tcp(out);
        }
        return lengthBytes < UdpHeader.LENGTH_BYTES ? DropReason.BAD_FRAGMENT : TransportParser.udpHeader(out);
    }

    /** A fragment at 8 bytes would write over the TCP header that the first one must hold (RFC 1858, 3.2.2). */
    private static @Nullable DropReason later(int protocol, int offsetBytes) {
        return protocol == IpProtocol.TCP && offsetBytes < TcpHeader.LENGTH_BYTES ? DropReason.BAD_FRAGMENT : null;
    }
}

package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Parses IPv6 packets. */
final class Ipv6Parser {
    private Ipv6Parser() {}

    /** @param toHopLimit the header's first 8 bytes */
    static @Nullable DropReason parse(long toHopLimit, int availableBytes, Packet out) {
        if (availableBytes < Ipv6Header.LENGTH_BYTES) {
            return DropReason.TRUNCATED;
        }
        MemorySegment memory = out.memory();
        long offset = out.offset();
        int payloadLength = (int) (toHopLimit >>> 16) & 0xffff;
        if (payloadLength == 0) {
            return DropReason.BAD_LENGTH; // nothing, or a jumbogram (RFC 2675), which no device of ours carries
        }
        int length = Ipv6Header.LENGTH_BYTES + payloadLength;
        if (length > availableBytes) {
            return DropReason.TRUNCATED;
        }
        long sourceHigh = NetworkOrder.i64(memory, offset + Ipv6Header.SOURCE);
        long sourceLow = NetworkOrder.i64(memory, offset + Ipv6Header.SOURCE + 8);
        if (Ipv6Header.isNoClient(sourceHigh, sourceLow)) {
            return DropReason.BAD_SOURCE;
        }
        int protocol = (int) (toHopLimit >>> 8) & 0xff;
        out.header(length, Ipv6Header.LENGTH_BYTES, true);
        out.flow()
                .setIpv6(
                        sourceHigh,
                        sourceLow,
                        0,
                        NetworkOrder.i64(memory, offset + Ipv6Header.DESTINATION),
                        NetworkOrder.i64(memory, offset + Ipv6Header.DESTINATION + 8),
                        0,
                        protocol);
        return switch (protocol) {
            case IpProtocol.TCP -> TransportParser.tcp(out);
            case IpProtocol.UDP -> TransportParser.udp(out);
            case IpProtocol.ICMPV6 -> icmp(out);
            default -> behindExtensions(out);
        };
    }

    private static @Nullable DropReason behindExtensions(Packet out) {
        long chain = Ipv6Chain.walk(out.memory(), out.offset(), out.lengthBytes());
        DropReason refused = Ipv6Chain.refused(chain);
        if (refused != null) {
            return refused;
        }
        int protocol = Ipv6Chain.protocol(chain);
        int transportOffset = Ipv6Chain.transportOffsetBytes(chain);
        out.header(out.lengthBytes(), transportOffset, true);
        out.flow().protocol(protocol);
        if (Ipv6Chain.isFragment(chain)) {
            // RFC 8200, 4.5: the payload length of the whole has 16 bits, extension headers before the fragment header
            // included, the fragment header itself (8 bytes) not
            return FragmentParser.parse(
                    out,
                    Ipv6Chain.fragmentOffsetBytes(chain),
                    Ipv6Chain.moreFragments(chain),
                    0xffff - (transportOffset - Ipv6Header.LENGTH_BYTES - 8));
        }
        return switch (protocol) {
            case IpProtocol.TCP -> TransportParser.tcp(out);
            case IpProtocol.UDP -> TransportParser.udp(out);
            case IpProtocol.ICMPV6 -> icmp(out);
            default -> DropReason.UNKNOWN_PROTOCOL;
        };
    }

    private static @Nullable DropReason icmp(Packet out) {
        if (out.lengthBytes() - out.transportOffsetBytes() < IcmpHeader.LENGTH_BYTES) {
            return DropReason.TRUNCATED;
        }
        int type = NetworkOrder.u8(out.memory(), out.offset() + out.transportOffsetBytes());
        if (type == IcmpHeader.V6_ECHO_REQUEST) {
            out.kind(PacketKind.ECHO_REQUEST);
            return null;
        }
        return type >= IcmpHeader.V6_UNREACHABLE && type <= IcmpHeader.V6_PARAMETER_PROBLEM
                ? quoted(out)
                : DropReason.UNSUPPORTED_ICMP;
    }

    /** The header that an error quotes, which the VIP's side sent. */
    private static @Nullable DropReason quoted(Packet out) {
        MemorySegment memory = out.memory();
        int inner = out.transportOffsetBytes() + IcmpHeader.LENGTH_BYTES;
        int available = out.lengthBytes() - inner;
        if (available < Ipv6Header.LENGTH_BYTES) {
            return DropReason.TRUNCATED;
        }
        long at = out.offset() + inner;
        if (NetworkOrder.u8(memory, at) >>> 4 != 6) {
            return DropReason.BAD_VERSION;
        }
        long serverHigh = NetworkOrder.i64(memory, at + Ipv6Header.SOURCE);
        long serverLow = NetworkOrder.i64(memory, at + Ipv6Header.SOURCE + 8);
        long clientHigh = NetworkOrder.i64(memory, at + Ipv6Header.DESTINATION);
        long clientLow = NetworkOrder.i64(memory, at + Ipv6Header.DESTINATION + 8);
        if (serverHigh != out.flow().destinationHigh()
                || serverLow != out.flow().destinationLow()) {
            return DropReason.FOREIGN_ICMP_ERROR;
        }
        if (Ipv6Header.isNoClient(clientHigh, clientLow)) {
            return DropReason.BAD_SOURCE;
        }
        long chain = Ipv6Chain.walk(memory, at, available);
        DropReason refused = Ipv6Chain.refused(chain);
        if (refused != null) {
            return refused;
        }
        out.flow().setIpv6(clientHigh, clientLow, 0, serverHigh, serverLow, 0, Ipv6Chain.protocol(chain));
        return TransportParser.quoted(
                out,
                inner,
                inner + Ipv6Chain.transportOffsetBytes(chain),
                Ipv6Chain.isFragment(chain),
                Ipv6Chain.fragmentOffsetBytes(chain));
    }
}

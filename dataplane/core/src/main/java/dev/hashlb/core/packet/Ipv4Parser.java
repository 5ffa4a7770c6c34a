package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Parses IPv4 packets. Reads the header in three loads, which are enough for its checksum as well. */
final class Ipv4Parser {
    private static final long LOW_32 = 0xffff_ffffL;
    private static final int FRAGMENT_MASK = Ipv4Header.MORE_FRAGMENTS | Ipv4Header.FRAGMENT_OFFSET_MASK;

    private Ipv4Parser() {}

    /** @param toFragment the header's first 8 bytes; at least its fixed part has been received */
    static @Nullable DropReason parse(long toFragment, int availableBytes, Packet out) {
        MemorySegment memory = out.memory();
        long offset = out.offset();
        long toSource = NetworkOrder.i64(memory, offset + Ipv4Header.TTL);
        long destination = NetworkOrder.u32(memory, offset + Ipv4Header.DESTINATION);

        int headerLength = headerLengthBytes(toFragment);
        int totalLength = (int) (toFragment >>> 32) & 0xffff;
        if (headerLength < Ipv4Header.LENGTH_BYTES || totalLength < headerLength) {
            return DropReason.BAD_LENGTH;
        }
        if (totalLength > availableBytes) {
            return DropReason.TRUNCATED;
        }
        long sum = (toFragment >>> 32) + (toFragment & LOW_32) + (toSource >>> 32) + (toSource & LOW_32) + destination;
        if (headerLength > Ipv4Header.LENGTH_BYTES) {
            sum += optionsSum(out, headerLength);
        }
        if (Checksum.fold(sum) != 0xffff) {
            return DropReason.BAD_HEADER_CHECKSUM;
        }
        long source = toSource & LOW_32;
        if (Ipv4Header.isNoClient(source)) {
            return DropReason.BAD_SOURCE;
        }
        int fragment = (int) toFragment & 0xffff;
        out.header(totalLength, headerLength, (fragment & Ipv4Header.DONT_FRAGMENT) != 0);
        out.flow().setIpv4(source, 0, destination, 0, (int) (toSource >>> 48) & 0xff);
        return (fragment & FRAGMENT_MASK) == 0 ? whole(out) : fragment(out, fragment, headerLength);
    }

    private static long optionsSum(Packet out, int headerLength) {
        return Checksum.sum(
                out.memory(), out.offset() + Ipv4Header.LENGTH_BYTES, headerLength - Ipv4Header.LENGTH_BYTES);
    }

    private static @Nullable DropReason fragment(Packet out, int fragment, int headerLength) {
        // RFC 791: the datagram's length, header included, has 16 bits
        return FragmentParser.parse(
                out,
                8 * (fragment & Ipv4Header.FRAGMENT_OFFSET_MASK),
                (fragment & Ipv4Header.MORE_FRAGMENTS) != 0,
                0xffff - headerLength);
    }

    private static @Nullable DropReason whole(Packet out) {
        return switch (out.flow().protocol()) {
            case IpProtocol.TCP -> TransportParser.tcp(out);
            case IpProtocol.UDP -> TransportParser.udp(out);
            case IpProtocol.ICMP -> icmp(out);
            default -> DropReason.UNKNOWN_PROTOCOL;
        };
    }

    private static @Nullable DropReason icmp(Packet out) {
        if (out.lengthBytes() - out.transportOffsetBytes() < IcmpHeader.LENGTH_BYTES) {
            return DropReason.TRUNCATED;
        }
        return switch (NetworkOrder.u8(out.memory(), out.offset() + out.transportOffsetBytes())) {
            case IcmpHeader.V4_ECHO_REQUEST -> {
                out.kind(PacketKind.ECHO_REQUEST);
                yield null;
            }
            // Not source quench (4), which RFC 6633 has hosts ignore, nor redirects (5), which are for a sender's own
            // link.
            case IcmpHeader.V4_UNREACHABLE, IcmpHeader.V4_TIME_EXCEEDED, IcmpHeader.V4_PARAMETER_PROBLEM -> quoted(out);
            default -> DropReason.UNSUPPORTED_ICMP;
        };
    }

    /** The header that an error quotes, which the VIP's side sent. Its length and checksum may have been spoilt on the way. */
    private static @Nullable DropReason quoted(Packet out) {
        MemorySegment memory = out.memory();
        int inner = out.transportOffsetBytes() + IcmpHeader.LENGTH_BYTES;
        int available = out.lengthBytes() - inner;
        if (available < Ipv4Header.LENGTH_BYTES) {
            return DropReason.TRUNCATED;
        }
        long at = out.offset() + inner;
        long toFragment = NetworkOrder.i64(memory, at);
        int headerLength = headerLengthBytes(toFragment);
        if (toFragment >>> 60 != 4) {
            return DropReason.BAD_VERSION;
        }
        if (headerLength < Ipv4Header.LENGTH_BYTES) {
            return DropReason.BAD_LENGTH;
        }
        long server = NetworkOrder.u32(memory, at + Ipv4Header.SOURCE);
        long client = NetworkOrder.u32(memory, at + Ipv4Header.DESTINATION);
        if (server != out.flow().destinationLow()) {
            return DropReason.FOREIGN_ICMP_ERROR;
        }
        if (Ipv4Header.isNoClient(client)) {
            return DropReason.BAD_SOURCE;
        }
        int protocol = NetworkOrder.u8(memory, at + Ipv4Header.PROTOCOL);
        int fragment = (int) toFragment & 0xffff;
        out.flow().setIpv4(client, 0, server, 0, protocol);
        return TransportParser.quoted(
                out,
                inner,
                inner + headerLength,
                (fragment & FRAGMENT_MASK) != 0,
                8 * (fragment & Ipv4Header.FRAGMENT_OFFSET_MASK));
    }

    private static int headerLengthBytes(long firstWord) {
        return 4 * ((int) (firstWord >>> 56) & 0xf);
    }
}

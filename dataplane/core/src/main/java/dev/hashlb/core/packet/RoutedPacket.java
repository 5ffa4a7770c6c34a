package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A packet that is routed on as it is, whatever it carries: nothing is refused for what follows the IP header. The flow has ports for whole
 * packets of TCP and UDP, and 0 for all else; an ICMP error counts by the header that it quotes, where that can be read. Mutable and reused:
 * one per thread, never kept. Lengths and IPv4's checksum have been checked by the kernel that handed the packet over.
 */
public final class RoutedPacket {
    /** Of UDP's header, and the first four bytes of TCP's. */
    private static final int PORTS_BYTES = 4;

    private final Flow outer = new Flow();
    private final Flow quoted = new Flow();
    private boolean quotes;

    /**
     * Reads a packet's headers.
     *
     * @param offset where the IP header begins
     * @param availableBytes how many bytes there are; nothing behind them is read
     * @return why it is no IP packet, or null
     */
    public @Nullable DropReason read(MemorySegment memory, long offset, int availableBytes) {
        quotes = false;
        if (availableBytes < Ipv4Header.LENGTH_BYTES) {
            return DropReason.TRUNCATED;
        }
        return switch (NetworkOrder.u8(memory, offset) >>> 4) {
            case 4 -> readIpv4(memory, offset, availableBytes);
            case 6 -> readIpv6(memory, offset, availableBytes);
            default -> DropReason.BAD_VERSION;
        };
    }

    /** The flow between the packet's own addresses, its destination as it is. */
    public Flow outer() {
        return outer;
    }

    /** Whether it is an ICMP error whose quoted header could be read. */
    public boolean quotes() {
        return quotes;
    }

    /** {@link #quotes}: the flow that the quoted header names, as that has it; else of an earlier packet. */
    public Flow quoted() {
        return quoted;
    }

    private @Nullable DropReason readIpv4(MemorySegment memory, long offset, int availableBytes) {
        int transport = ipv4(memory, offset, availableBytes, outer);
        if (transport < 0) {
            return DropReason.BAD_LENGTH;
        }
        if (outer.protocol() == IpProtocol.ICMP && isError(memory, offset, transport, availableBytes)) {
            int inner = transport + IcmpHeader.LENGTH_BYTES;
            quotes = availableBytes - inner >= Ipv4Header.LENGTH_BYTES
                    && NetworkOrder.u8(memory, offset + inner) >>> 4 == 4
                    && ipv4(memory, offset + inner, availableBytes - inner, quoted) >= 0;
        }
        return null;
    }

    private @Nullable DropReason readIpv6(MemorySegment memory, long offset, int availableBytes) {
        if (availableBytes < Ipv6Header.LENGTH_BYTES) {
            return DropReason.TRUNCATED;
        }
        int transport = ipv6(memory, offset, availableBytes, outer);
        if (outer.protocol() == IpProtocol.ICMPV6 && isError(memory, offset, transport, availableBytes)) {
            int inner = transport + IcmpHeader.LENGTH_BYTES;
            quotes = availableBytes - inner >= Ipv6Header.LENGTH_BYTES
                    && NetworkOrder.u8(memory, offset + inner) >>> 4 == 6;
            if (quotes) {
                ipv6(memory, offset + inner, availableBytes - inner, quoted);
            }
        }
        return null;
    }

    /** @return bytes to the transport header; -1 if the header's length is impossible */
    private static int ipv4(MemorySegment memory, long offset, int availableBytes, Flow out) {
        int headerLength = 4 * (NetworkOrder.u8(memory, offset) & 0xf);
        if (headerLength < Ipv4Header.LENGTH_BYTES || headerLength > availableBytes) {
            return -1;
        }
        out.setIpv4(
                NetworkOrder.u32(memory, offset + Ipv4Header.SOURCE),
                0,
                NetworkOrder.u32(memory, offset + Ipv4Header.DESTINATION),
                0,
                NetworkOrder.u8(memory, offset + Ipv4Header.PROTOCOL));
        int fragment = NetworkOrder.u16(memory, offset + Ipv4Header.FRAGMENT);
        if ((fragment & (Ipv4Header.MORE_FRAGMENTS | Ipv4Header.FRAGMENT_OFFSET_MASK)) != 0) {
            out.asFragment();
        }
        readPorts(memory, offset, headerLength, availableBytes, out);
        return headerLength;
    }

    /** @return bytes to the transport header; a chain of extension headers that is malformed counts as of protocol 0 and without ports */
    private static int ipv6(MemorySegment memory, long offset, int availableBytes, Flow out) {
        long chain = Ipv6Chain.walk(memory, offset, availableBytes);
        boolean readable = Ipv6Chain.refused(chain) == null;
        out.setIpv6(
                NetworkOrder.i64(memory, offset + Ipv6Header.SOURCE),
                NetworkOrder.i64(memory, offset + Ipv6Header.SOURCE + Long.BYTES),
                0,
                NetworkOrder.i64(memory, offset + Ipv6Header.DESTINATION),
                NetworkOrder.i64(memory, offset + Ipv6Header.DESTINATION + Long.BYTES),
                0,
                readable ? Ipv6Chain.protocol(chain) : 0);
        if (!readable) {
            return availableBytes;
        }
        if (Ipv6Chain.isFragment(chain)) {
            out.asFragment();
        }
        int transport = Ipv6Chain.transportOffsetBytes(chain);
        readPorts(memory, offset, transport, availableBytes, out);
        return transport;
    }

    private static void readPorts(MemorySegment memory, long offset, int transport, int availableBytes, Flow out) {
        boolean hasPorts = out.protocol() == IpProtocol.TCP || out.protocol() == IpProtocol.UDP;
        if (hasPorts && !out.fragment() && availableBytes - transport >= PORTS_BYTES) {
            out.ports(
                    NetworkOrder.u16(memory, offset + transport),
                    NetworkOrder.u16(memory, offset + transport + Short.BYTES));
        }
    }

    /** A fragment of an ICMP message counts by its own addresses: those behind the first quote nothing. */
    private boolean isError(MemorySegment memory, long offset, int transport, int availableBytes) {
        if (outer.fragment() || availableBytes - transport < IcmpHeader.LENGTH_BYTES) {
            return false;
        }
        int type = NetworkOrder.u8(memory, offset + transport);
        return outer.protocol() == IpProtocol.ICMPV6
                ? type >= IcmpHeader.V6_UNREACHABLE && type <= IcmpHeader.V6_PARAMETER_PROBLEM
                : type == IcmpHeader.V4_UNREACHABLE
                        || type == IcmpHeader.V4_TIME_EXCEEDED
                        || type == IcmpHeader.V4_PARAMETER_PROBLEM;
    }
}

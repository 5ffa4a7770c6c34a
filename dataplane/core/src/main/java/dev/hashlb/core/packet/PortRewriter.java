package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;

/**
 * Translates the service's port in a packet on its way to a server, without state: the destination port of TCP and UDP, and
 * in an ICMP error the source port of the packet that it quotes, by which the server's kernel looks for its socket.
 * Checksums follow incrementally (RFC 1624): what was right stays right, what was wrong stays wrong.
 */
public final class PortRewriter {
    private PortRewriter() {}

    /**
     * Rewrites the packet where it lies. Fragments behind the first have no port and are left as they are. The packet's
     * {@link Packet#flow() flow} keeps the port that the client used. Rewriting again with that port undoes it.
     *
     * @param packet as {@link PacketParser} left it
     * @param targetPort 1 to 65535
     * @param checksumPartial whether the transport checksum field holds only the pseudo-header's sum (NEEDS_CSUM of a
     *     virtio_net_hdr): no port is in it, so it stays
     */
    public static void toTargetPort(Packet packet, int targetPort, boolean checksumPartial) {
        if (packet.fragmentOffsetBytes() != 0) {
            return;
        }
        switch (packet.kind()) {
            case FLOW -> rewriteFlow(packet, targetPort, checksumPartial);
            case ICMP_ERROR -> rewriteQuoted(packet, targetPort, checksumPartial);
            case ECHO_REQUEST -> {} // has no ports
        }
    }

    private static void rewriteFlow(Packet packet, int port, boolean checksumPartial) {
        MemorySegment memory = packet.memory();
        long transport = packet.offset() + packet.transportOffsetBytes();
        int oldPort = NetworkOrder.u16(memory, transport + TcpHeader.DESTINATION_PORT);
        NetworkOrder.put16(memory, transport + TcpHeader.DESTINATION_PORT, port);
        if (!checksumPartial) {
            updateTransport(memory, transport, packet.flow().protocol(), oldPort, port);
        }
    }

    private static void rewriteQuoted(Packet packet, int port, boolean checksumPartial) {
        MemorySegment memory = packet.memory();
        long transport = packet.offset() + packet.innerTransportOffsetBytes();
        int protocol = packet.flow().protocol();
        int quotedBytes = packet.lengthBytes() - packet.innerTransportOffsetBytes();
        boolean checksumQuoted = quotedBytes >= checksumOffset(protocol) + 2;

        long outerChecksumAt = packet.offset() + packet.transportOffsetBytes() + IcmpHeader.CHECKSUM;
        int outer = NetworkOrder.u16(memory, outerChecksumAt);

        int oldPort = NetworkOrder.u16(memory, transport + TcpHeader.SOURCE_PORT);
        NetworkOrder.put16(memory, transport + TcpHeader.SOURCE_PORT, port);
        outer = Checksum.update(outer, oldPort, port);
        if (checksumQuoted) {
            long at = transport + checksumOffset(protocol);
            int oldInner = NetworkOrder.u16(memory, at);
            updateTransport(memory, transport, protocol, oldPort, port);
            outer = Checksum.update(outer, oldInner, NetworkOrder.u16(memory, at));
        }
        if (!checksumPartial) {
            NetworkOrder.put16(memory, outerChecksumAt, outer);
        }
    }

    private static void updateTransport(MemorySegment memory, long transport, int protocol, int oldPort, int port) {
        long at = transport + checksumOffset(protocol);
        int checksum = NetworkOrder.u16(memory, at);
        NetworkOrder.put16(
                memory,
                at,
                protocol == IpProtocol.UDP
                        ? Checksum.updateUdp(checksum, oldPort, port)
                        : Checksum.update(checksum, oldPort, port));
    }

    private static int checksumOffset(int protocol) {
        return protocol == IpProtocol.UDP ? UdpHeader.CHECKSUM : TcpHeader.CHECKSUM;
    }
}

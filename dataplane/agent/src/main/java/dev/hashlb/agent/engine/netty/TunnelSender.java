package dev.hashlb.agent.engine.netty;

import dev.hashlb.core.forward.BalancerTable;
import dev.hashlb.core.forward.Decision;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Outcome;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.packet.SuperPacket;
import dev.hashlb.core.tunnel.TunnelHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends packets through the tunnel. A packet's own memory is used, with the tunnel's header written before it; a super-packet
 * is cut into segments whose headers are written apart, while the payload stays where it is. Until {@link #flush} the memory
 * of all packets sent must stay.
 */
final class TunnelSender {
    /** Segments whose headers are held at once; more are flushed in between. */
    private static final int SEGMENTS = 1024;
    /** Room for the tunnel's header and an inner header of at most 60 + 60 bytes. */
    private static final int SEGMENT_HEADER_BYTES = 192;

    private final LoopState state;
    private final Answers answers;
    private final TunnelSocket[] sockets;
    private final MemorySegment headers;
    private final SuperPacket superPacket = new SuperPacket();
    private int usedSegments;

    TunnelSender(LoopState state, Answers answers, List<TunnelSocket> sockets, Arena arena) {
        this.state = state;
        this.answers = answers;
        this.sockets = sockets.toArray(TunnelSocket[]::new);
        this.headers = arena.allocate((long) SEGMENTS * SEGMENT_HEADER_BYTES, 64);
    }

    /**
     * Sends a packet to a node.
     *
     * @param node the node's index
     * @param hops how many hosts have passed the packet on already
     */
    void send(Packet packet, Offload offload, Decision decision, int node, int hops) {
        ForwardingView view = state.view();
        Peer peer = node < 0 ? null : view.peer(node);
        if (peer == null || !peer.reachable()) {
            state.counters().drop(DropReason.UNKNOWN_SERVER, offload.packets(packet));
            return;
        }
        int largestBytes = state.settings().uplinkMtuBytes() - peer.overheadBytes();
        int packetBytes = offload.segmentLengthBytes(packet);
        boolean tooBig = packetBytes > largestBytes;
        if (tooBig && packet.dontFragment()) {
            answers.tooBig(packet, decision, largestBytes, offload.packets(packet));
            return;
        }
        TunnelSocket socket = sockets[decision.slot() & (sockets.length - 1)];
        if (offload.superPacket()) {
            if (!superPacket.set(packet, offload.gsoSizeBytes())) {
                state.counters().drop(DropReason.BAD_LENGTH, 1);
                return;
            }
            sendSegments(packet, decision, node, hops, socket, !tooBig);
        } else {
            long headerOffset = packet.offset() - TunnelHeader.LENGTH_BYTES;
            writeHeader(packet.memory(), headerOffset, packet, offload.checksumPartial(), decision, node, hops);
            int length = TunnelHeader.LENGTH_BYTES + packet.lengthBytes();
            socket.datagram(peer, length, !tooBig);
            socket.add(packet.memory().address() + headerOffset, length);
        }
        int row = view.counterRow(decision.balancer());
        state.counters().count(row, Outcome.TUNNELLED, offload.packets(packet), packet.lengthBytes());
    }

    /** Hands all datagrams to the kernel. */
    void flush() {
        for (TunnelSocket socket : sockets) {
            int refused = socket.flush();
            if (refused > 0) {
                state.counters().drop(DropReason.DEVICE, refused);
            }
        }
        usedSegments = 0;
    }

    private void sendSegments(
            Packet packet, Decision decision, int node, int hops, TunnelSocket socket, boolean cuttable) {
        int count = superPacket.segmentCount();
        if (usedSegments + count > SEGMENTS) {
            flush();
        }
        Peer peer = state.view().peer(node);
        int innerHeaderBytes = superPacket.headerLengthBytes();
        int headerBytes = TunnelHeader.LENGTH_BYTES + innerHeaderBytes;
        long first = (long) usedSegments * SEGMENT_HEADER_BYTES;
        writeHeader(headers, first, packet, true, decision, node, hops);
        for (int i = 0; i < count; i++) {
            long at = first + (long) i * SEGMENT_HEADER_BYTES;
            if (i > 0) { // the same for all segments: option, nodes and inner tuple do not differ
                MemorySegment.copy(headers, first, headers, at, TunnelHeader.LENGTH_BYTES);
            }
            superPacket.writeHeader(i, headers, at + TunnelHeader.LENGTH_BYTES);
            int payloadBytes = superPacket.payloadLengthBytes(i);
            socket.datagram(peer, headerBytes + payloadBytes, cuttable);
            socket.add(headers.address() + at, headerBytes);
            socket.add(packet.memory().address() + superPacket.payloadOffset(i), payloadBytes);
        }
        usedSegments += count;
    }

    private void writeHeader(
            MemorySegment memory,
            long at,
            Packet packet,
            boolean checksumPartial,
            Decision decision,
            int node,
            int hops) {
        ForwardingView view = state.view();
        BalancerTable balancer = known(decision.balancer());
        int flags = checksumPartial ? TunnelHeader.FLAG_CSUM_PARTIAL : 0;
        int generation = (int) balancer.balancer().generation();
        int wireId = balancer.wireId(decision.serverIndex());
        TunnelHeader.write(
                memory,
                at,
                packet.flow().family(),
                generation,
                flags,
                hops,
                state.tags().keyId(),
                wireId,
                0,
                0,
                0,
                0);
        state.tags().sign(memory, at, view.selfAddress(), view.peer(node).address(), packet.flow());
    }

    private static BalancerTable known(@Nullable BalancerTable balancer) {
        if (balancer == null) {
            throw new IllegalStateException("only a balancer's packets are tunnelled");
        }
        return balancer;
    }
}

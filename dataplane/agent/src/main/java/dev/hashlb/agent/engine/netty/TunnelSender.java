package dev.hashlb.agent.engine.netty;

import dev.hashlb.core.forward.Decision;
import dev.hashlb.core.forward.Offer;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Outcome;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.packet.SuperPacket;
import dev.hashlb.core.tunnel.TunnelHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Sends packets through the tunnel. A packet's own memory is used, with the tunnel's header written before it; a super-packet
 * is cut into segments whose headers are written apart, while the payload stays where it is. Until {@link #flush} the memory
 * of all packets sent must stay.
 */
final class TunnelSender {
    /** Segments whose headers are held at once; more, even of one super-packet with a tiny MSS, are flushed in between. */
    private static final int SEGMENTS = 1024;
    /** Room for the tunnel's header and an inner header of at most 60 + 60 bytes. */
    private static final int SEGMENT_HEADER_BYTES = 192;

    private static final long NONE = -1;

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
     * @param offer the server there and those after it
     */
    void send(Packet packet, Offload offload, Decision decision, int node, Offer offer) {
        ForwardingView view = state.view();
        Peer peer = node < 0 ? null : view.peer(node);
        if (peer == null || !peer.reachable()) {
            state.counters().drop(DropReason.UNKNOWN_SERVER, offload.packets(packet));
            return;
        }
        int largestBytes = state.settings().uplinkMtuBytes() - peer.overheadBytes();
        int packetBytes = offload.segmentLengthBytes(packet);
        boolean tooBig = packetBytes > largestBytes;
        if (tooBig && offer.reply()) { // the server's device has a smaller MTU, so its kernel sends none
            state.counters().drop(DropReason.TOO_BIG, offload.packets(packet));
            return;
        }
        if (tooBig && packet.dontFragment()) {
            answers.tooBig(packet, decision, largestBytes, offload.packets(packet));
            return;
        }
        int lane = offer.reply() ? packet.flow().sourcePort() + packet.flow().destinationPort() : decision.slot();
        TunnelSocket socket = sockets[Math.floorMod(lane, sockets.length)];
        if (offload.superPacket()) {
            if (!superPacket.set(packet, offload.gsoSizeBytes())) {
                state.counters().drop(DropReason.BAD_LENGTH, 1);
                return;
            }
            sendSegments(packet, node, offer, socket, lane, !tooBig);
        } else {
            long headerOffset = packet.offset() - TunnelHeader.LENGTH_BYTES;
            writeHeader(packet.memory(), headerOffset, packet, offload.checksumPartial(), node, offer);
            int length = TunnelHeader.LENGTH_BYTES + packet.lengthBytes();
            socket.datagram(peer, length, lane, !tooBig);
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

    private void sendSegments(Packet packet, int node, Offer offer, TunnelSocket socket, int lane, boolean cuttable) {
        int count = superPacket.segmentCount();
        Peer peer = state.view().peer(node);
        int headerBytes = TunnelHeader.LENGTH_BYTES + superPacket.headerLengthBytes();
        long first = NONE;
        for (int i = 0; i < count; i++) {
            if (usedSegments == SEGMENTS) {
                flush();
                first = NONE;
            }
            long at = (long) usedSegments++ * SEGMENT_HEADER_BYTES;
            if (first == NONE) {
                first = at;
                writeHeader(headers, at, packet, true, node, offer);
            } else { // the same for all segments: option, nodes and inner tuple do not differ
                MemorySegment.copy(headers, first, headers, at, TunnelHeader.LENGTH_BYTES);
            }
            superPacket.writeHeader(i, headers, at + TunnelHeader.LENGTH_BYTES);
            int payloadBytes = superPacket.payloadLengthBytes(i);
            socket.datagram(peer, headerBytes + payloadBytes, lane, cuttable);
            socket.add(headers.address() + at, headerBytes);
            socket.add(packet.memory().address() + superPacket.payloadOffset(i), payloadBytes);
        }
    }

    private void writeHeader(
            MemorySegment memory, long at, Packet packet, boolean checksumPartial, int node, Offer offer) {
        ForwardingView view = state.view();
        int flags = offer.flags() | (checksumPartial ? TunnelHeader.FLAG_CSUM_PARTIAL : 0);
        TunnelHeader.write(
                memory,
                at,
                packet.flow().family(),
                offer.generation(),
                flags,
                offer.hops(),
                state.tags().keyId(),
                offer.lead(),
                offer.wireId(0),
                offer.wireId(1),
                offer.wireId(2),
                offer.wireId(3),
                0);
        state.tags().sign(memory, at, view.selfAddress(), view.peer(node).address(), packet.flow());
    }
}

package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.ReceiveBatch;
import dev.hashlb.agent.linux.SocketCalls;
import dev.hashlb.core.address.AddressIndex;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.forward.Decision;
import dev.hashlb.core.forward.Offer;
import dev.hashlb.core.forward.Verdict;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.packet.PacketKind;
import dev.hashlb.core.packet.PacketParser;
import dev.hashlb.core.probe.ProbeFormat;
import dev.hashlb.core.tunnel.TunnelHeader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Tunnel packets are checked; those of clients are handed to the servers of this node, those of servers go out from it. */
final class HostPath implements FdHandle.Ready, AutoCloseable {
    private static final int DATAGRAMS = 16;
    private static final int BATCHES_PER_EVENT = 4;
    /** Each datagram may be a train of 64 KiB that the kernel joined (UDP_GRO, udp(7)). */
    private static final int DATAGRAM_BYTES = 64 * 1024;

    private static final int HEADROOM_BYTES = 64;

    private final LoopState state;
    private final int fd;
    private final ChainPath chainPath;
    private final TunnelSender sender;
    private final ReceiveBatch batch = new ReceiveBatch(DATAGRAMS, DATAGRAM_BYTES, HEADROOM_BYTES);
    private final SegmentRun run;
    private final Packet packet = new Packet();
    private final Decision decision = new Decision();
    private final Offload offload = new Offload();
    private final Offer offer = new Offer();
    private boolean stopped;

    HostPath(LoopState state, int fd, PodWriter podWriter, TunnelSender sender, ChainPath chainPath) {
        this.state = state;
        this.fd = fd;
        this.chainPath = chainPath;
        this.sender = sender;
        this.run = new SegmentRun(podWriter);
    }

    @Override
    public void onReady() {
        boolean more = !stopped;
        for (int i = 0; i < BATCHES_PER_EVENT && more; i++) {
            state.beginBatch();
            int received = batch.receive(fd);
            try {
                for (int d = 0; d < received; d++) {
                    handleTrain(d);
                }
            } finally {
                sender.flush(); // packets passed on lie in the batch's memory
            }
            more = received == DATAGRAMS;
        }
    }

    void stop() {
        stopped = true;
    }

    @Override
    public void close() {
        batch.close();
        run.close();
    }

    private void handleTrain(int datagram) {
        int lengthBytes = batch.lengthBytes(datagram);
        int segmentBytes = batch.segmentSizeBytes(datagram);
        int node = peer(datagram);
        if (node == AddressIndex.ABSENT || batch.truncated(datagram)) {
            DropReason reason = node == AddressIndex.ABSENT ? DropReason.NOT_A_PEER : DropReason.BAD_TUNNEL_HEADER;
            state.counters().drop(reason, Math.ceilDiv(lengthBytes, Math.max(1, segmentBytes)));
            return;
        }
        long offset = batch.dataOffset(datagram);
        for (int at = 0; at < lengthBytes; at += segmentBytes) {
            int available = Math.min(segmentBytes, lengthBytes - at);
            if (!run.extend(batch.memory(), offset + at, available)) {
                run.flush();
                handle(batch.memory(), offset + at, available, node);
            }
        }
        run.flush();
    }

    private int peer(int datagram) {
        Family family = batch.senderFamily(datagram) == SocketCalls.AF_INET ? Family.IPV4 : Family.IPV6;
        return state.view().peerByAddress(family, batch.senderHigh(datagram), batch.senderLow(datagram));
    }

    private void handle(MemorySegment memory, long offset, int availableBytes, int node) {
        DropReason refused = check(memory, offset, availableBytes, node);
        if (refused != null) {
            refuse(refused, memory, offset, availableBytes, node);
            return;
        }
        int flags = TunnelHeader.flags(memory, offset);
        boolean partial = (flags & TunnelHeader.FLAG_CSUM_PARTIAL) != 0;
        if ((flags & TunnelHeader.FLAG_REPLY) != 0) {
            sendOn(offset, partial);
            return;
        }
        Verdict verdict = state.view().table().decideForHost(packet, decision);
        if (verdict != Verdict.FORWARD) {
            state.counters().drop(decision.dropReason(), 1);
            return;
        }
        offer.received(
                TunnelHeader.generation(memory, offset),
                TunnelHeader.hops(memory, offset),
                flags,
                TunnelHeader.lead(memory, offset),
                TunnelHeader.wireId(memory, offset, 0),
                TunnelHeader.wireId(memory, offset, 1),
                TunnelHeader.wireId(memory, offset, 2),
                TunnelHeader.wireId(memory, offset, 3));
        offload.of(partial, packet);
        PodPort port = chainPath.place(packet, offload, decision, offer);
        if (port != null) {
            run.begin(port, packet, decision, offset, partial);
        }
    }

    /** A reply whose router this node is, or was by the host's list: it goes out here in either case. */
    private void sendOn(long offset, boolean partial) {
        if (state.view().table().replies().decide(packet, decision) != Verdict.SEND_ON) {
            state.counters().drop(decision.dropReason(), 1);
            return;
        }
        run.begin(state.nodePort(), packet, decision, offset, partial);
    }

    /** What is no data may be a probe, which is the control side's to judge. */
    private void refuse(DropReason reason, MemorySegment memory, long offset, int availableBytes, int node) {
        if (reason == DropReason.BAD_TUNNEL_HEADER && ProbeFormat.isProbe(memory, offset, availableBytes)) {
            IpAddress sender = state.view().peer(node).address();
            state.settings().probes().accept(state.index(), sender, memory, offset);
        } else {
            state.counters().drop(reason, 1);
        }
    }

    private @Nullable DropReason check(MemorySegment memory, long offset, int availableBytes, int node) {
        DropReason refused = TunnelHeader.check(memory, offset, availableBytes);
        if (refused != null) {
            return refused;
        }
        int innerBytes = availableBytes - TunnelHeader.LENGTH_BYTES;
        refused = PacketParser.parse(memory, offset + TunnelHeader.LENGTH_BYTES, innerBytes, packet);
        if (refused != null) {
            return refused;
        }
        Family family = packet.flow().family();
        boolean reply = (TunnelHeader.flags(memory, offset) & TunnelHeader.FLAG_REPLY) != 0;
        boolean strange = packet.kind() == PacketKind.ECHO_REQUEST && !reply; // routers answer those themselves
        if (family != TunnelHeader.innerFamily(memory, offset) || strange) {
            return DropReason.BAD_TUNNEL_HEADER;
        }
        ForwardingView view = state.view();
        boolean proven =
                state.tags().verify(memory, offset, view.peer(node).address(), view.selfAddress(), packet.flow());
        return proven ? null : DropReason.BAD_TAG;
    }
}

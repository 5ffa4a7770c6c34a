package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.VirtioNetHeader;
import dev.hashlb.core.forward.BalancerTable;
import dev.hashlb.core.forward.Decision;
import dev.hashlb.core.forward.Offer;
import dev.hashlb.core.forward.Verdict;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.packet.PacketParser;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The router's part: packets that the node's TUN captured, to the server that the calculation names. */
final class RouterPath implements FdHandle.Ready {
    /** Packets that are held at once; all are handed to the kernel before the first is overwritten. */
    private static final int PACKETS_PER_BATCH = 64;

    private static final int BATCHES_PER_EVENT = 4;
    private static final int MEMORY_BYTES = 1 << 20;
    /** Room before each packet for the tunnel's header, which is written over the virtio_net_hdr. */
    private static final int HEADROOM_BYTES = 64;

    private static final int LARGEST_PACKET_BYTES = 65_535;

    private final LoopState state;
    private final Answers answers;
    private final PodWriter podWriter;
    private final TunnelSender sender;
    private final MemorySegment memory;
    private final Packet packet = new Packet();
    private final Decision decision = new Decision();
    private final Offload offload = new Offload();
    private final Offer offer = new Offer();
    private final ChainPath chainPath;
    private final GroupPath groupPath;
    private final int queueFd;
    private final boolean shared;
    private boolean stopped;

    /**
     * @param queueFd the queue that it reads
     * @param shared whether all routers receive what comes by it, so that only this router's share is handled
     */
    RouterPath(
            LoopState state,
            int queueFd,
            boolean shared,
            Answers answers,
            PodWriter podWriter,
            TunnelSender sender,
            ChainPath chainPath,
            Arena arena) {
        this.queueFd = queueFd;
        this.shared = shared;
        this.chainPath = chainPath;
        this.state = state;
        groupPath = new GroupPath(state);
        this.answers = answers;
        this.podWriter = podWriter;
        this.sender = sender;
        this.memory = arena.allocate(MEMORY_BYTES, HEADROOM_BYTES);
    }

    @Override
    public void onReady() {
        boolean more = !stopped;
        for (int i = 0; i < BATCHES_PER_EVENT && more; i++) {
            state.beginBatch();
            try {
                more = handleBatch();
            } finally {
                sender.flush(); // before its memory is used again, whatever happens
            }
        }
    }

    void stop() {
        stopped = true;
    }

    /** @return whether there may be more to read */
    private boolean handleBatch() {
        long packetOffset = HEADROOM_BYTES;
        for (int i = 0; i < PACKETS_PER_BATCH && packetOffset + LARGEST_PACKET_BYTES <= MEMORY_BYTES; i++) {
            long headerOffset = packetOffset - VirtioNetHeader.LENGTH_BYTES;
            int read = Libc.read(
                    state.calls(),
                    queueFd,
                    memory.address() + headerOffset,
                    VirtioNetHeader.LENGTH_BYTES + LARGEST_PACKET_BYTES);
            if (read < VirtioNetHeader.LENGTH_BYTES) {
                return false;
            }
            int lengthBytes = read - VirtioNetHeader.LENGTH_BYTES;
            handle(packetOffset, lengthBytes);
            packetOffset = align(packetOffset + lengthBytes) + HEADROOM_BYTES;
        }
        return true;
    }

    private static long align(long offset) {
        return (offset + HEADROOM_BYTES - 1) & -HEADROOM_BYTES;
    }

    private void handle(long packetOffset, int availableBytes) {
        if (shared && groupPath.handle(memory, packetOffset, availableBytes)) {
            return;
        }
        DropReason malformed = PacketParser.parse(memory, packetOffset, availableBytes, packet);
        if (malformed != null) {
            state.counters().drop(malformed, 1);
            return;
        }
        offload.readFrom(memory, packetOffset - VirtioNetHeader.LENGTH_BYTES);
        Verdict verdict = decide();
        if (verdict == Verdict.DROP) {
            state.counters().drop(decision.dropReason(), offload.packets(packet));
            return;
        }
        if (verdict != Verdict.FORWARD) {
            answers.answerOrDrop(packet, decision);
            return;
        }
        if (!offload.fits(packet)) {
            state.counters().drop(DropReason.BAD_LENGTH, 1);
            return;
        }
        forward();
    }

    private Verdict decide() {
        ForwardingView view = state.view();
        return shared
                ? view.table().decideShared(packet, view.share(), decision)
                : view.table().decide(packet, decision);
    }

    private void forward() {
        BalancerTable balancer = decision.balancer();
        if (balancer == null) {
            throw new IllegalStateException("a packet is forwarded by a balancer");
        }
        offer.atRouter(balancer, packet.flow().family(), decision.slot());
        int node = balancer.nodeIndex(decision.serverIndex());
        if (node != state.view().selfIndex()) {
            sender.send(packet, offload, decision, node, offer);
            return;
        }
        PodPort port = chainPath.place(packet, offload, decision, offer);
        if (port != null) {
            podWriter.writeWhole(port, packet, offload, decision);
        }
    }
}

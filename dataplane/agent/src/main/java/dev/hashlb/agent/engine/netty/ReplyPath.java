package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.VirtioNetHeader;
import dev.hashlb.core.forward.BalancerTable;
import dev.hashlb.core.forward.Decision;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.forward.Offer;
import dev.hashlb.core.forward.ReplyTable;
import dev.hashlb.core.forward.Verdict;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Outcome;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.packet.PacketParser;
import dev.hashlb.core.packet.SourceAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The host's part for what its servers send: under {@code return: Node} it goes on from the node's own namespace, under {@code return: Gateway}
 * through the tunnel to the router that the calculation names, or from here where that is this node. One for all namespaces of a loop.
 */
final class ReplyPath {
    /** Packets whose memory is held at once; all are handed to the kernel before the first is overwritten. */
    private static final int FRAMES = 16;
    /** Room before each packet for the tunnel's header, which is written over the virtio_net_hdr. */
    private static final int HEADROOM_BYTES = 64;

    private static final int LARGEST_PACKET_BYTES = 65_535;
    private static final int FRAME_BYTES = HEADROOM_BYTES + 64 * 1024;

    private final LoopState state;
    private final TunnelSender sender;
    private final MemorySegment memory;
    private final SourceAddress source = new SourceAddress();
    private final Packet packet = new Packet();
    private final Decision decision = new Decision();
    private final Offload offload = new Offload();
    private final Offer offer = new Offer();
    private int frame;

    ReplyPath(LoopState state, TunnelSender sender, Arena arena) {
        this.state = state;
        this.sender = sender;
        this.memory = arena.allocate((long) FRAMES * FRAME_BYTES, HEADROOM_BYTES);
        offer.toRouter();
    }

    /** Reads a packet from a namespace's device and sends it on; @return what read(2) gave */
    int readFrom(int fd) {
        long packetOffset = (long) frame * FRAME_BYTES + HEADROOM_BYTES;
        long headerAddress = memory.address() + packetOffset - VirtioNetHeader.LENGTH_BYTES;
        int read = Libc.read(state.calls(), fd, headerAddress, VirtioNetHeader.LENGTH_BYTES + LARGEST_PACKET_BYTES);
        if (read >= VirtioNetHeader.LENGTH_BYTES) {
            handle(packetOffset, read - VirtioNetHeader.LENGTH_BYTES);
        }
        return read;
    }

    /** Hands everything to the kernel. */
    void flush() {
        sender.flush();
        frame = 0;
    }

    private void handle(long packetOffset, int lengthBytes) {
        if (!source.read(memory, packetOffset, lengthBytes)) {
            state.counters().drop(DropReason.UNEXPECTED_REPLY, 1);
            return;
        }
        ForwardingTable table = state.view().table();
        boolean vip = table.isVip(source.family(), source.high(), source.low());
        if (vip && !table.replies().goesByRouter(source.family(), source.high(), source.low())) {
            BalancerTable balancer = table.soleBalancer(source.family(), source.high(), source.low());
            writeHere(packetOffset, lengthBytes, balancer);
            return;
        }
        DropReason malformed = PacketParser.parse(memory, packetOffset, lengthBytes, packet);
        if (malformed != null) {
            // Whatever a namespace sends of its own accord, such as router solicitations, is not a reply of a VIP.
            state.counters().drop(vip ? malformed : DropReason.UNEXPECTED_REPLY, 1);
            return;
        }
        toRouter(table.replies(), packetOffset);
    }

    private void toRouter(ReplyTable replies, long packetOffset) {
        offload.readFrom(memory, packetOffset - VirtioNetHeader.LENGTH_BYTES);
        if (replies.decide(packet, decision) != Verdict.SEND_ON) {
            state.counters().drop(decision.dropReason(), 1);
            return;
        }
        int node = state.view().routerNode(decision.router());
        if (node == state.view().selfIndex()) {
            writeHere(packetOffset, packet.lengthBytes(), decision.balancer());
            return;
        }
        if (!offload.fits(packet)) {
            state.counters().drop(DropReason.BAD_LENGTH, 1);
            return;
        }
        sender.send(packet, offload, decision, node, offer);
        frame++;
        if (frame == FRAMES) {
            flush();
        }
    }

    /** Into the node's own namespace, as it is. */
    private void writeHere(long packetOffset, int lengthBytes, @Nullable BalancerTable balancer) {
        long headerOffset = packetOffset - VirtioNetHeader.LENGTH_BYTES;
        int written = Libc.write(
                state.calls(),
                state.routerQueueFd(),
                memory.address() + headerOffset,
                VirtioNetHeader.LENGTH_BYTES + lengthBytes);
        if (written < 0) {
            state.counters().drop(DropReason.DEVICE, 1);
            return;
        }
        int gsoSize = VirtioNetHeader.gsoType(memory, headerOffset) == VirtioNetHeader.GSO_NONE
                ? lengthBytes
                : Math.max(1, VirtioNetHeader.gsoSize(memory, headerOffset));
        int row = state.view().counterRow(balancer);
        state.counters().count(row, Outcome.RETURNED, Math.ceilDiv(lengthBytes, gsoSize), lengthBytes);
    }
}

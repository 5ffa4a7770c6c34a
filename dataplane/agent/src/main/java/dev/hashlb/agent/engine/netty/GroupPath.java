package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.VirtioNetHeader;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.forward.Decision;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.forward.GroupTable;
import dev.hashlb.core.forward.Verdict;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.packet.HopCount;
import dev.hashlb.core.packet.Outcome;
import dev.hashlb.core.packet.RoutedPacket;
import java.lang.foreign.MemorySegment;

/**
 * The router's part for groups without servers: of what all routers received, the packets to and from destinations. The one that the
 * calculation names writes such a packet into the node's own namespace, where the kernel routes it as any other: it did not come by a group
 * frame there, so it is not taken again.
 */
final class GroupPath {
    private final LoopState state;
    private final RoutedPacket packet = new RoutedPacket();
    private final Decision decision = new Decision();

    GroupPath(LoopState state) {
        this.state = state;
    }

    /**
     * Handles a packet that lies behind its virtio_net_hdr, if it is of a group.
     *
     * @return false if it is not, and nothing has become of it
     */
    boolean handle(MemorySegment memory, long packetOffset, int lengthBytes) {
        ForwardingTable table = state.view().table();
        GroupTable groups = table.groups();
        if (groups.isEmpty() || packet.read(memory, packetOffset, lengthBytes) != null || goesToVip(table)) {
            return false;
        }
        Verdict verdict = groups.decide(packet, state.view().share(), decision);
        if (verdict == Verdict.DROP && decision.dropReason() == DropReason.NOT_A_VIP) {
            return false;
        }
        int packets = packets(memory, packetOffset, lengthBytes);
        if (verdict == Verdict.DROP) {
            state.counters().drop(decision.dropReason(), packets);
            return true;
        }
        route(memory, packetOffset, lengthBytes, packets);
        return true;
    }

    private boolean goesToVip(ForwardingTable table) {
        Flow flow = packet.outer();
        Family family = flow.family();
        return table.isVip(family, flow.destinationHigh(), flow.destinationLow());
    }

    private void route(MemorySegment memory, long packetOffset, int lengthBytes, int packets) {
        HopCount.raise(memory, packetOffset);
        long headerAddress = memory.address() + packetOffset - VirtioNetHeader.LENGTH_BYTES;
        int written = Libc.write(
                state.calls(), state.routerQueueFd(), headerAddress, VirtioNetHeader.LENGTH_BYTES + lengthBytes);
        if (written < 0) {
            state.counters().drop(DropReason.DEVICE, packets);
            return;
        }
        int row = state.view().groupRow(decision.group());
        state.counters().count(row, Outcome.ROUTED, packets, lengthBytes);
    }

    /** How many packets the kernel makes of it. */
    private static int packets(MemorySegment memory, long packetOffset, int lengthBytes) {
        long headerOffset = packetOffset - VirtioNetHeader.LENGTH_BYTES;
        if (VirtioNetHeader.gsoType(memory, headerOffset) == VirtioNetHeader.GSO_NONE) {
            return 1;
        }
        return Math.ceilDiv(lengthBytes, Math.max(1, VirtioNetHeader.gsoSize(memory, headerOffset)));
    }
}

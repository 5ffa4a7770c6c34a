package dev.hashlb.agent.engine;

import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Outcome;
import dev.hashlb.core.snapshot.NamespacedName;

/** What an engine has counted since it started. A super-packet counts as the packets that it is made of. */
public interface EngineCounters {
    /** Packets with more hops are counted with those that have so many. */
    int MOST_HOPS_TOLD_APART = 16;

    long packets(NamespacedName balancer, Outcome outcome);

    /** Bytes of IP packets, without the tunnel's headers. */
    long bytes(NamespacedName balancer, Outcome outcome);

    /** Packets of a router group that this node's kernel routes. */
    long routedPackets(NamespacedName group);

    /** Bytes of those, IP headers included. */
    long routedBytes(NamespacedName group);

    /** Packets answered or returned that belong to no single balancer. */
    long unownedPackets(Outcome outcome);

    long dropped(DropReason reason);

    long chain(ChainCounter counter);

    /**
     * Packets that a socket of this node's servers claimed, a super-packet as one.
     *
     * @param hops how many servers they had been passed on from, 0 to {@link #MOST_HOPS_TOLD_APART}
     */
    long claimed(int hops);

    /** Packets that came by the tunnel having been passed on so often, a super-packet as one. */
    long passedOn(int hops);
}

package dev.hashlb.agent.engine;

import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Outcome;
import dev.hashlb.core.snapshot.NamespacedName;

/** What an engine has counted since it started. A super-packet counts as the packets that it is made of. */
public interface EngineCounters {
    long packets(NamespacedName balancer, Outcome outcome);

    /** Bytes of IP packets, without the tunnel's headers. */
    long bytes(NamespacedName balancer, Outcome outcome);

    /** Packets answered or returned that belong to no single balancer. */
    long unownedPackets(Outcome outcome);

    long dropped(DropReason reason);
}

package dev.hashlb.agent.cli.trace;

import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.RouterGroup;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What becomes of a flow. */
public sealed interface Answer {
    /** The flow as it was asked about. */
    String flow();

    /**
     * A server takes it.
     *
     * @param sum the sum whose remainder is the slot
     * @param slots the formula's N: servers under {@code Modulo}, buckets under {@code Stable}
     * @param n how many servers take new flows
     * @param router the router that the calculation names for the flow's packets, its replies or both; null where the network chooses
     * @param chain the servers that the flow's packets are offered to, the owner first; empty for {@code Modulo}
     * @param refused why routers drop such a packet all the same (port 0, impossible source); null if they do not
     */
    record Taken(
            String flow,
            Balancer balancer,
            ServicePort port,
            BigInteger sum,
            int slots,
            int slot,
            int n,
            Server server,
            @Nullable Node node,
            @Nullable Node router,
            List<ChainEntry> chain,
            @Nullable DropReason refused)
            implements Answer {
        public Taken {
            chain = List.copyOf(chain);
        }
    }

    /**
     * A server of an owner chain.
     *
     * @param wireId what names it in the tunnel
     * @param interval in which it had the highest score of all that still live
     * @param newestOwned the newest generation in which it had
     */
    record ChainEntry(Server server, int wireId, Interval interval, long newestOwned) {}

    /**
     * A router group routes it.
     *
     * @param sum the sum whose remainder is the slot
     * @param slots the formula's N: routers under {@code Modulo}, buckets under {@code Stable}
     * @param router the one that the calculation names of all that are declared
     */
    record Routed(String flow, RouterGroup group, BigInteger sum, int slots, Node router) implements Answer {
        int slot() {
            return sum.mod(BigInteger.valueOf(slots)).intValueExact();
        }
    }

    /**
     * Nobody takes it, or it is not a flow.
     *
     * @param balancer the balancer that would, if there is one
     */
    record Refused(String flow, Optional<Balancer> balancer, String error) implements Answer {}
}

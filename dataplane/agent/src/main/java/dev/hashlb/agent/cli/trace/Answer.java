package dev.hashlb.agent.cli.trace;

import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import java.math.BigInteger;
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
            @Nullable DropReason refused)
            implements Answer {}

    /**
     * Nobody takes it, or it is not a flow.
     *
     * @param balancer the balancer that would, if there is one
     */
    record Refused(String flow, Optional<Balancer> balancer, String error) implements Answer {}
}

package dev.hashlb.agent.host;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.util.List;

/**
 * What the node's own namespace needs.
 *
 * @param vips all VIPs, in any order, without repetition
 * @param router whether the node takes packets for them
 * @param nodeReturn whether some balancer's replies leave by this node's namespace ({@code return: Node})
 */
public record NodePlan(List<IpAddress> vips, boolean router, boolean nodeReturn) {
    public NodePlan {
        vips = vips.stream().distinct().sorted().toList();
    }

    List<IpAddress> vips(Family family) {
        return vips.stream().filter(v -> v.family() == family).toList();
    }

    /** Whether packets are forwarded between the uplink and the TUN. */
    boolean forwards() {
        return router || nodeReturn;
    }
}

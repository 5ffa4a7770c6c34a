package dev.hashlb.agent.host;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.util.Arrays;
import java.util.List;

/**
 * What the node's own namespace needs.
 *
 * @param vips all VIPs, in any order, without repetition
 * @param router whether the node takes packets for them
 * @param nodeReturn whether some balancer's replies leave by this node's namespace ({@code return: Node})
 * @param sharedVips those of the VIPs whose packets all routers receive ({@code ingress: SelfSelect})
 */
public record NodePlan(List<IpAddress> vips, boolean router, boolean nodeReturn, List<IpAddress> sharedVips) {
    public NodePlan {
        vips = vips.stream().distinct().sorted().toList();
        sharedVips = sharedVips.stream().distinct().sorted().toList();
    }

    /** A plan without VIPs whose packets all routers receive. */
    public NodePlan(List<IpAddress> vips, boolean router, boolean nodeReturn) {
        this(vips, router, nodeReturn, List.of());
    }

    /** The VIPs of a family whose packets come to this node as to every router. */
    List<IpAddress> sharedVips(Family family) {
        return router ? sharedVips.stream().filter(v -> v.family() == family).toList() : List.of();
    }

    List<Family> sharedFamilies() {
        return Arrays.stream(Family.values())
                .filter(f -> !sharedVips(f).isEmpty())
                .toList();
    }

    List<IpAddress> vips(Family family) {
        return vips.stream().filter(v -> v.family() == family).toList();
    }

    /** Whether packets are forwarded between the uplink and the TUN. */
    boolean forwards() {
        return router || nodeReturn;
    }
}

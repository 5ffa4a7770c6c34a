package dev.hashlb.agent.host;

import dev.hashlb.core.address.Cidr;
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
 * @param destinations prefixes whose packets, to and from them, all routers receive to route them (router groups)
 * @param gateways the addresses to which routes of neighbours point for those
 */
public record NodePlan(
        List<IpAddress> vips,
        boolean router,
        boolean nodeReturn,
        List<IpAddress> sharedVips,
        List<Cidr> destinations,
        List<IpAddress> gateways) {
    public NodePlan {
        vips = vips.stream().distinct().sorted().toList();
        sharedVips = sharedVips.stream().distinct().sorted().toList();
        destinations = List.copyOf(destinations);
        gateways = List.copyOf(gateways);
    }

    /** A plan without router groups. */
    public NodePlan(List<IpAddress> vips, boolean router, boolean nodeReturn, List<IpAddress> sharedVips) {
        this(vips, router, nodeReturn, sharedVips, List.of(), List.of());
    }

    /** A plan without anything whose packets all routers receive. */
    public NodePlan(List<IpAddress> vips, boolean router, boolean nodeReturn) {
        this(vips, router, nodeReturn, List.of());
    }

    /** The VIPs of a family whose packets come to this node as to every router. */
    List<IpAddress> sharedVips(Family family) {
        return router ? sharedVips.stream().filter(v -> v.family() == family).toList() : List.of();
    }

    /** The prefixes of a family whose packets come to this node as to every router. */
    List<Cidr> destinations(Family family) {
        return router ? destinations.stream().filter(d -> d.family() == family).toList() : List.of();
    }

    /** In which all routers receive some packets. */
    List<Family> sharedFamilies() {
        return Arrays.stream(Family.values())
                .filter(f -> !sharedVips(f).isEmpty() || !destinations(f).isEmpty())
                .toList();
    }

    /** In which packets pass this node. */
    List<Family> families() {
        return Arrays.stream(Family.values())
                .filter(f -> !vips(f).isEmpty() || !destinations(f).isEmpty())
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

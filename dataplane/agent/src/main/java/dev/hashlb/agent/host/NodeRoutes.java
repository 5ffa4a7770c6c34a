package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.netlink.Route;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The router's routes: each VIP over the TUN, and a blackhole that is taken when the TUN is gone. Without the blackhole a
 * router whose process died would send packets for the VIP back to the LAN, to another router or to itself, until their TTL
 * ends.
 */
final class NodeRoutes {
    private NodeRoutes() {}

    /**
     * @param linkIndex the TUN's
     * @param ownIpv4 the node's address as a client of a VIP. Left to itself the kernel would take the TUN's, which no server can
     *     answer: it is link-local, and the sysctl route_localnet, which kube-proxy sets, makes it a candidate. IPv6 has none there
     */
    static List<Route> wanted(NodePlan plan, int linkIndex, Optional<IpAddress> ownIpv4) {
        List<Route> routes = new ArrayList<>();
        if (plan.router()) {
            for (IpAddress vip : plan.vips()) {
                Route ours = Route.toHost(vip).withProtocol(HostFootprint.PROTOCOL);
                routes.add(ours.withKind(Route.Kind.BLACKHOLE).withMetric(HostFootprint.FALLBACK_METRIC));
                Route overTun = ours.withLink(linkIndex);
                routes.add(vip.family() == Family.IPV4 ? overTun.withSource(ownIpv4.orElse(null)) : overTun);
            }
        }
        return routes;
    }
}

package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.netlink.Route;
import dev.hashlb.core.address.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The router's routes: each VIP over the TUN, and a blackhole that is taken when the TUN is gone. Without the blackhole a
 * router whose process died would send packets for the VIP back to the LAN, to another router or to itself, until their TTL
 * ends.
 */
final class NodeRoutes {
    private NodeRoutes() {}

    static List<Route> wanted(NodePlan plan, int linkIndex) {
        List<Route> routes = new ArrayList<>();
        if (plan.router()) {
            for (IpAddress vip : plan.vips()) {
                Route ours = Route.toHost(vip).withProtocol(HostFootprint.PROTOCOL);
                routes.add(ours.withKind(Route.Kind.BLACKHOLE).withMetric(HostFootprint.FALLBACK_METRIC));
                routes.add(ours.withLink(linkIndex));
            }
        }
        return routes;
    }
}

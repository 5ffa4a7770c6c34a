package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.netlink.Route;
import dev.hashlb.agent.linux.netlink.Routes;
import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
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

    /** Adds what is missing, then removes what is too much; whatever an older process left behind counts as there. */
    static void reconcile(Routes routes, List<Route> wanted) throws IOException {
        List<Route> present = routes.madeBy(HostFootprint.PROTOCOL);
        for (Route route : wanted) {
            if (present.stream().noneMatch(p -> same(p, route))) {
                routes.replace(route);
            }
        }
        for (Route route : present) {
            if (wanted.stream().noneMatch(w -> same(route, w))) {
                routes.remove(route);
            }
        }
    }

    /** A metric that we leave to the kernel, and the device of a blackhole (IPv6: lo), are not ours to compare. */
    private static boolean same(Route present, Route wanted) {
        return present.destination().equals(wanted.destination())
                && present.kind() == wanted.kind()
                && present.table() == wanted.table()
                && (wanted.metric() == 0 || present.metric() == wanted.metric())
                && (wanted.linkIndex() == 0 || present.linkIndex() == wanted.linkIndex());
    }
}

package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.netlink.Route;
import dev.hashlb.agent.linux.netlink.Routes;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/** The routes of a namespace that are ours, by their protocol. */
final class OwnRoutes {
    private OwnRoutes() {}

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
                && (wanted.linkIndex() == 0 || present.linkIndex() == wanted.linkIndex())
                && Objects.equals(present.gateway(), wanted.gateway())
                && Objects.equals(present.source(), wanted.source());
    }
}

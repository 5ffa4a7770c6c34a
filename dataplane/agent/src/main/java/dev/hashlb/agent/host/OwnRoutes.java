package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.netlink.Route;
import dev.hashlb.agent.linux.netlink.Routes;
import dev.hashlb.core.address.Family;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/** The routes of a namespace that are ours, by their protocol. */
final class OwnRoutes {
    /** IP6_RT_PRIO_USER of the kernel's route6.h. */
    private static final int KERNELS_IPV6_METRIC = 1024;

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
            if (wanted.stream().noneMatch(w -> inPlaceOf(route, w))) {
                routes.remove(route);
            }
        }
    }

    /** Whether writing the wanted one has replaced this: the kernel knows a route by prefix, table and metric. */
    private static boolean inPlaceOf(Route present, Route wanted) {
        int kernelsMetric = wanted.family() == Family.IPV4 ? 0 : KERNELS_IPV6_METRIC;
        return present.destination().equals(wanted.destination())
                && present.table() == wanted.table()
                && present.metric() == (wanted.metric() == 0 ? kernelsMetric : wanted.metric());
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

package dev.hashlb.core.declare;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Server;
import java.util.List;
import java.util.Set;

/** A static server, judged but for its generations. Parts that were wrong are empty. */
record ServerDraft(Place place, String name, String node, String netns, List<IpAddress> addresses, Tenure tenure) {
    private static final String NAMED_NAMESPACES = "/run/netns/";

    static String identity(NamespacedName balancer, String serverName) {
        return balancer + "/" + serverName;
    }

    Server toServer(NamespacedName balancer, Set<Family> families, List<Interval> intervals) {
        return new Server(name, identity(balancer, name), node, path(netns), addresses, families, intervals);
    }

    /** A name is one that ip-netns(8) gives. */
    private static String path(String netns) {
        return netns.startsWith("/") ? netns : NAMED_NAMESPACES + netns;
    }
}

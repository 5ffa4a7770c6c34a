package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.netlink.Address;
import dev.hashlb.agent.linux.netlink.Link;
import dev.hashlb.agent.linux.netlink.Route;
import dev.hashlb.agent.linux.netlink.Rtnetlink;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds a namespace's way out. */
final class Uplink {
    /** What Ethernet has: for a namespace that has no device yet. */
    static final int DEFAULT_MTU_BYTES = 1500;

    private Uplink() {}

    /** The default route that is taken: the one with the lowest metric. */
    static Optional<Route> defaultRoute(Rtnetlink rtnetlink, Family family) throws IOException {
        return rtnetlink.routes().inTable(family, Route.TABLE_MAIN).stream()
                .filter(r -> r.isDefault() && r.kind() == Route.Kind.UNICAST && r.linkIndex() != 0)
                .min(Comparator.comparingLong(r -> Integer.toUnsignedLong(r.metric())));
    }

    /** The address that the namespace's own packets take the default route with, unless their socket has another. */
    static Optional<IpAddress> ownAddress(Rtnetlink rtnetlink, Family family) throws IOException {
        Optional<Route> route = defaultRoute(rtnetlink, family);
        if (route.isEmpty() || route.get().source() != null) {
            return route.map(Route::source);
        }
        return rtnetlink.addresses().list().stream()
                .filter(a -> a.linkIndex() == route.get().linkIndex() && a.lastingAndGlobal())
                .map(Address::address)
                .filter(a -> a.family() == family)
                .findFirst();
    }

    /**
     * The MTU of the default route's device, IPv4's first; without one, the largest of a device that is up.
     */
    static int mtuBytes(Rtnetlink rtnetlink) throws IOException {
        List<Link> links = rtnetlink.links().list();
        for (Family family : Family.values()) {
            Optional<Route> route = defaultRoute(rtnetlink, family);
            Optional<Link> link = route.flatMap(
                    r -> links.stream().filter(l -> l.index() == r.linkIndex()).findFirst());
            if (link.isPresent()) {
                return link.get().mtuBytes();
            }
        }
        return links.stream()
                .filter(l -> l.up() && !l.loopback() && !l.name().equals(HostFootprint.DEVICE))
                .mapToInt(Link::mtuBytes)
                .max()
                .orElse(DEFAULT_MTU_BYTES);
    }
}

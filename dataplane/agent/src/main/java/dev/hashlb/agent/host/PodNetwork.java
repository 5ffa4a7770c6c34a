package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.netlink.Address;
import dev.hashlb.agent.linux.netlink.Link;
import dev.hashlb.agent.linux.netlink.Route;
import dev.hashlb.agent.linux.netlink.Rtnetlink;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a server's namespace looks like.
 *
 * @param cookie the kernel's number of the namespace
 * @param links its devices
 * @param addresses their addresses
 * @param defaultRoutes by family, where there is one
 */
record PodNetwork(long cookie, List<Link> links, List<Address> addresses, Map<Family, Route> defaultRoutes) {

    /** Reads the calling thread's namespace. */
    static PodNetwork read(Rtnetlink rtnetlink) throws IOException {
        Map<Family, Route> defaultRoutes = new EnumMap<>(Family.class);
        for (Family family : Family.values()) {
            Uplink.defaultRoute(rtnetlink, family).ifPresent(r -> defaultRoutes.put(family, r));
        }
        return new PodNetwork(
                rtnetlink.namespaceCookie(),
                rtnetlink.links().list(),
                rtnetlink.addresses().list(),
                Map.copyOf(defaultRoutes));
    }

    Link loopback() throws HostSetupException {
        return links.stream()
                .filter(l -> l.loopback() && l.up())
                .findFirst()
                .orElseThrow(() -> new HostSetupException(
                        "its device lo is down, and the VIPs are put there; run in it: ip link set lo up"));
    }

    boolean hasOurDevice() {
        return links.stream().anyMatch(l -> l.name().equals(HostFootprint.DEVICE));
    }

    /** The devices by which neighbours see the namespace. */
    List<Link> ethernetLinks() {
        return links.stream()
                .filter(l -> l.usesArp() && !l.name().equals(HostFootprint.DEVICE))
                .toList();
    }

    /** The device of the default route. */
    Optional<Link> uplink() {
        return Optional.ofNullable(defaultRoutes.getOrDefault(Family.IPV4, defaultRoutes.get(Family.IPV6)))
                .flatMap(r ->
                        links.stream().filter(l -> l.index() == r.linkIndex()).findFirst());
    }

    boolean hasDefaultRoutesFor(PodPlan plan) {
        for (Family family : Family.values()) {
            if (!plan.addressVips(family).isEmpty() && !defaultRoutes.containsKey(family)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The server's own address for translation: as planned, else the only one of the default route's device.
     *
     * @throws HostSetupException if that is none or not the only one
     */
    IpAddress podAddress(PodPlan plan, Family family) throws HostSetupException {
        Optional<IpAddress> planned = plan.podAddress(family);
        if (planned.isPresent()) {
            return planned.get();
        }
        String name = family == Family.IPV4 ? "IPv4" : "IPv6";
        if (!defaultRoutes.containsKey(family)) {
            throw new HostSetupException("it has no " + name + " default route, so the server's address is not known;"
                    + " give it one, or write the server's addresses");
        }
        List<IpAddress> candidates = candidates(plan, family);
        if (candidates.size() != 1) {
            throw new HostSetupException("the default route's device has "
                    + (candidates.isEmpty()
                            ? "no " + name + " address"
                            : "several " + name + " addresses " + candidates)
                    + ", expected one; write the server's addresses");
        }
        return candidates.getFirst();
    }

    /** The address that the server's own connections to its VIPs come from; empty where the kernel has to choose. */
    Optional<IpAddress> clientAddress(PodPlan plan, Family family) {
        Route route = defaultRoutes.get(family);
        return plan.podAddress(family)
                .or(() -> Optional.ofNullable(route).map(Route::source))
                .or(() -> candidates(plan, family).stream().findFirst());
    }

    private List<IpAddress> candidates(PodPlan plan, Family family) {
        Route route = defaultRoutes.get(family);
        return addresses.stream()
                .filter(a -> route != null && a.linkIndex() == route.linkIndex() && a.lastingAndGlobal())
                .map(Address::address)
                .filter(a -> a.family() == family && !plan.vips(family).contains(a))
                .toList();
    }
}

package dev.hashlb.core.snapshot;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import java.util.List;

/**
 * Routers that route by the calculation alone: all of them receive a packet to or from a destination, and the one that is named lets its
 * kernel route it. The routers are the snapshot's nodes that are such.
 *
 * @param name unique among the groups of a snapshot
 * @param destinations the service's side of the calculation; at least one, overlapping neither each other nor another group's, and holding no VIP
 * @param gateways where neighbours' routes to and from the destinations point; no VIP and no node's address
 * @param fields what is added up to choose the router
 * @param table what turns the slot into a router
 */
public record RouterGroup(
        NamespacedName name, List<Cidr> destinations, List<IpAddress> gateways, HashFields fields, TableKind table) {
    public RouterGroup {
        destinations = List.copyOf(destinations);
        gateways = List.copyOf(gateways);
    }

    /** How its packets come in, as a balancer would say it. */
    public Ingress ingress() {
        return new Ingress(IngressMode.SELF_SELECT, fields, table);
    }
}

package dev.hashlb.core.route;

import dev.hashlb.core.address.AddressIndex;
import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import java.util.List;

/**
 * Which end of a packet is the service's: the one whose address is a VIP or lies in a declared prefix of destinations. A function of the
 * two ends and not of the direction, so that a request and its reply agree. Immutable; allocates nothing once built.
 */
public final class ServiceEnd {
    private final AddressIndex vips;
    private final Cidr[] destinations;

    /** @param destinations prefixes that do not overlap each other or hold a VIP: whoever declares them sees to it */
    public ServiceEnd(List<IpAddress> vips, List<Cidr> destinations) {
        this.vips = new AddressIndex(vips);
        this.destinations = destinations.toArray(Cidr[]::new);
    }

    /**
     * The flow's port at the service's end; 0 for a fragment and for what has no ports. If both ends are services, it is the smaller
     * port, which is the one that a client does not choose at random; if neither is (a connection that a server opens to the outside), that
     * of the packet's destination.
     */
    public int port(Flow flow) {
        Family family = flow.family();
        if (!contains(family, flow.sourceHigh(), flow.sourceLow())) {
            return flow.destinationPort();
        }
        return contains(family, flow.destinationHigh(), flow.destinationLow())
                ? Math.min(flow.sourcePort(), flow.destinationPort())
                : flow.sourcePort();
    }

    /** Whether an address is a service's. */
    public boolean contains(Family family, long high, long low) {
        return vips.find(family, high, low) != AddressIndex.ABSENT || isDestination(family, high, low);
    }

    /** Whether an address lies in a declared prefix. */
    public boolean isDestination(Family family, long high, long low) {
        for (Cidr prefix : destinations) {
            if (prefix.contains(family, high, low)) {
                return true;
            }
        }
        return false;
    }
}

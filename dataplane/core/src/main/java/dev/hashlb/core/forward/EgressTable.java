package dev.hashlb.core.forward;

import dev.hashlb.core.address.AddressIndex;
import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.Server;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which connections that servers open themselves go through routers: from a server's own address to a prefix that its balancer
 * declares. Nothing else may come by that way, or a pod could send in anybody's name. Immutable; allocates nothing once built.
 */
final class EgressTable {
    private final AddressIndex sources;
    private final BalancerTable[] balancers;

    EgressTable(List<BalancerTable> all) {
        List<IpAddress> addresses = new ArrayList<>();
        List<BalancerTable> owners = new ArrayList<>();
        for (BalancerTable table : all) {
            if (table.balancer().reply().egress().isEmpty()) {
                continue;
            }
            for (Server server : table.balancer().servers()) {
                for (IpAddress address : server.addresses()) {
                    addresses.add(address);
                    owners.add(table);
                }
            }
        }
        sources = new AddressIndex(addresses);
        balancers = owners.toArray(BalancerTable[]::new);
    }

    /** The balancer whose server sends the packet; null if it is none that goes through a router. */
    @Nullable BalancerTable find(Flow flow) {
        int place = sources.find(flow.family(), flow.sourceHigh(), flow.sourceLow());
        if (place == AddressIndex.ABSENT) {
            return null;
        }
        BalancerTable table = balancers[place];
        List<Cidr> egress = table.balancer().reply().egress();
        for (int i = 0; i < egress.size(); i++) {
            if (egress.get(i).contains(flow.family(), flow.destinationHigh(), flow.destinationLow())) {
                return table;
            }
        }
        return null;
    }
}

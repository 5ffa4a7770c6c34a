package dev.hashlb.core.select;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Balancers and servers of which only what the calculation looks at matters. */
final class ServerLists {
    private ServerLists() {}

    static Server server(String identity, Interval... intervals) {
        return server(identity, Set.of(Family.values()), List.of(intervals));
    }

    static Server server(String identity, Set<Family> families, List<Interval> intervals) {
        return new Server(identity, identity, "s1", "", List.of(), families, intervals);
    }

    static Server weighted(String identity, int weight) {
        return server(identity, Interval.open(weight, 1));
    }

    /** Servers {@code default/web/web-0} and so on, each of weight 1. */
    static List<Server> equal(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> weighted("default/web/web-" + i, 1))
                .toList();
    }

    static Balancer balancer(HashSettings hash, List<Server> servers) {
        return new Balancer(
                new NamespacedName("default", "web"),
                List.of(IpAddress.parse("198.51.100.10"), IpAddress.parse("2001:db8:51::10")),
                List.of(new ServicePort("", Protocol.TCP, 80, 80, Delivery.ADDRESS)),
                hash,
                Ingress.ANY_NODE,
                Reply.DIRECT,
                List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")),
                true,
                UndeclaredPorts.REJECT,
                1,
                servers);
    }
}

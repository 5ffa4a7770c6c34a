package dev.hashlb.core.forward;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.util.List;

/** Balancers of which only the list of servers matters. */
final class Lists {
    private Lists() {}

    static Balancer of(HashSettings hash, long generation, List<Server> servers) {
        return new Balancer(
                new NamespacedName("default", "web"),
                List.of(IpAddress.parse("198.51.100.10")),
                List.of(new ServicePort("", Protocol.TCP, 80, 80, Delivery.ADDRESS)),
                hash,
                Ingress.ANY_NODE,
                Reply.DIRECT,
                List.of(Cidr.parse("0.0.0.0/0")),
                true,
                UndeclaredPorts.REJECT,
                generation,
                servers);
    }
}

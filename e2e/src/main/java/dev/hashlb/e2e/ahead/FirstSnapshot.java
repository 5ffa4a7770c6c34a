package dev.hashlb.e2e.ahead;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TunnelKey;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.util.List;
import java.util.Set;

/** A balancer with a server on the node that asks and one on another. */
final class FirstSnapshot {
    private FirstSnapshot() {}

    /** @param node with address 10.9.0.1 */
    static Snapshot of(String node) {
        Balancer web = new Balancer(
                new NamespacedName("default", "web"),
                List.of(IpAddress.parse("198.51.100.10"), IpAddress.parse("2001:db8:51::10")),
                List.of(
                        new ServicePort("http", Protocol.TCP, 80, 8080, Delivery.ADDRESS),
                        new ServicePort("dns", Protocol.UDP, 53, 5353, Delivery.NAT)),
                HashSettings.DEFAULT,
                Ingress.ANY_NODE,
                Reply.DIRECT,
                List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")),
                true,
                UndeclaredPorts.REJECT,
                1,
                List.of(server("a", node), server("b", "other")));
        return new Snapshot(
                1,
                List.of(web),
                List.of(
                        new Node(node, IpAddress.parse("10.9.0.1"), true),
                        new Node("other", IpAddress.parse("10.9.0.2"), true)),
                List.of(new TunnelKey(1, 2, 3)));
    }

    private static Server server(String name, String node) {
        return new Server(
                name,
                "uid-of-" + name,
                node,
                "",
                List.of(IpAddress.parse("10.244.1." + (int) name.charAt(0)), IpAddress.parse("fd00:244::" + name)),
                Set.of(Family.IPV4, Family.IPV6),
                List.of(Interval.open(1, 1)));
    }
}

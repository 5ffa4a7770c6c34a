package dev.hashlb.agent.control;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.digest.SnapshotDigest;
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
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import java.util.List;
import java.util.stream.Collectors;

/** Snapshots as an operator makes them, for node s1. */
public final class Snapshots {
    static final List<Node> NODES = List.of(
            new Node("s1", IpAddress.parse("10.9.0.1"), true), new Node("s2", IpAddress.parse("10.9.0.2"), false));
    static final List<TunnelKey> KEYS =
            List.of(new TunnelKey(7, 0x0706050403020100L, 0x8f0e0d0c0b0a0908L), new TunnelKey(8, 1, -2));

    private Snapshots() {}

    public static Server server(String name, String node, String addresses, Interval... intervals) {
        List<IpAddress> own =
                List.of(addresses.split(" ")).stream().map(IpAddress::parse).toList();
        return new Server(
                name,
                "uid-" + name,
                node,
                "",
                own,
                own.stream().map(IpAddress::family).collect(Collectors.toSet()),
                List.of(intervals));
    }

    public static Balancer balancer(String name, String vip, Server... servers) {
        return new Balancer(
                new NamespacedName("shop", name),
                List.of(IpAddress.parse(vip), IpAddress.parse("2001:db8:51::" + vip.replaceAll(".*\\.", ""))),
                List.of(
                        new ServicePort("http", Protocol.TCP, 80, 8080, Delivery.ADDRESS),
                        new ServicePort("", Protocol.UDP, 53, 5353, Delivery.NAT)),
                HashSettings.DEFAULT,
                Ingress.ANY_NODE,
                Reply.DIRECT,
                List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("2001:db8::/32")),
                true,
                UndeclaredPorts.REJECT,
                3,
                List.of(servers));
    }

    static Balancer web() {
        return balancer(
                "web",
                "198.51.100.10",
                server(
                        "a",
                        "s1",
                        "10.1.1.1 2001:db8:1::1",
                        new Interval(1, 1, java.util.OptionalLong.of(2)),
                        Interval.open(2, 3)),
                server("b", "s2", "10.1.2.1", Interval.open(1, 1)),
                server("prepared", "s1", "10.1.1.2"));
    }

    public static Snapshot snapshot(long version, Balancer... balancers) {
        return new Snapshot(version, List.of(balancers), NODES, KEYS);
    }

    static SnapshotChange whole(Snapshot snapshot) {
        return WireWriter.whole(snapshot, SnapshotDigest.of(snapshot));
    }
}

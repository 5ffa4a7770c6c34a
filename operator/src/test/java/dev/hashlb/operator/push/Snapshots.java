package dev.hashlb.operator.push;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashFields;
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
import dev.hashlb.core.snapshot.TableKind;
import dev.hashlb.core.snapshot.TunnelKey;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Snapshots for tests: small tables, so that digests cost nothing. */
final class Snapshots {
    static final List<TunnelKey> KEYS = List.of(new TunnelKey(3, 0x0706050403020100L, 0x0f0e0d0c0b0a0908L));

    private Snapshots() {}

    static NamespacedName name(String name) {
        return new NamespacedName("shop", name);
    }

    /** A balancer with some servers, all joined at generation 1. */
    static Balancer balancer(String name, int servers) {
        return balancer(name, servers, 1, 1021);
    }

    static Balancer balancer(String name, int servers, long generation, int buckets) {
        int vip = 0xc6336400 | (name.hashCode() & 0xff);
        return new Balancer(
                name(name),
                List.of(IpAddress.ipv4(vip)),
                List.of(new ServicePort("http", Protocol.TCP, 80, 8080, Delivery.ADDRESS)),
                new HashSettings(HashFields.FIVE_TUPLE, TableKind.STABLE, buckets),
                Ingress.ANY_NODE,
                Reply.DIRECT,
                List.of(Cidr.parse("0.0.0.0/0")),
                true,
                UndeclaredPorts.REJECT,
                generation,
                IntStream.range(0, servers)
                        .mapToObj(i -> new Server(
                                name + "-" + i,
                                "uid-" + name + "-" + i,
                                "node-" + i % 3,
                                "",
                                List.of(IpAddress.ipv4(0x0a000000 | (name.hashCode() & 0xfff) << 12 | i)),
                                Set.of(Family.IPV4),
                                List.of(Interval.open(1, 1))))
                        .toList());
    }

    /** The balancer with one more server, which takes no flows yet. */
    static Balancer prepared(Balancer balancer, String node) {
        Server server = new Server(
                "new",
                "uid-of-new-on-" + node,
                node,
                "",
                List.of(IpAddress.parse("10.255.0.1")),
                Set.of(Family.IPV4),
                List.of());
        return balancer.withServers(
                Stream.concat(balancer.servers().stream(), Stream.of(server)).toList());
    }

    static List<Node> nodes() {
        return IntStream.range(0, 3)
                .mapToObj(i -> new Node("node-" + i, IpAddress.ipv4(0x0a090001 + i), true))
                .toList();
    }

    static Snapshot snapshot(long version, Balancer... balancers) {
        return new Snapshot(version, List.of(balancers), nodes(), KEYS);
    }
}

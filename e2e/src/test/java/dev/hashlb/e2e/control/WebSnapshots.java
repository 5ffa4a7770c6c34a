package dev.hashlb.e2e.control;

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
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.lab.Topology;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Snapshots for the nodes of a lab as an operator makes them, each of a version of its own; the balancer is default/web. */
final class WebSnapshots {
    static final int PORT = 80;

    private final Topology topology;
    private long version = 1000;

    WebSnapshots(Topology topology) {
        this.topology = topology;
    }

    /** A pod that takes flows since a generation. */
    static Server serving(Pod pod, long joined) {
        return server(pod, Interval.open(1, joined));
    }

    /** A pod that is set up, and takes no flows yet. */
    static Server prepared(Pod pod) {
        return server(pod);
    }

    /** A pod of which the list has the addresses of another. */
    static Server servingAt(Pod addresses, Pod pod, long joined) {
        return server(pod, addresses, Interval.open(1, joined));
    }

    private static Server server(Pod pod, Interval... intervals) {
        return server(pod, pod, intervals);
    }

    private static Server server(Pod pod, Pod addresses, Interval... intervals) {
        return new Server(
                pod.name(),
                "uid-of-" + pod.name(),
                pod.node(),
                "",
                List.of(IpAddress.parse(addresses.ipv4()), IpAddress.parse(addresses.ipv6())),
                Set.of(Family.IPV4, Family.IPV6),
                List.of(intervals));
    }

    /** With the lab's first VIPs. */
    Snapshot web(long generation, Server... servers) {
        return web(List.of(Topology.vipIpv4(0), Topology.vipIpv6(0)), generation, servers);
    }

    Snapshot web(List<String> vips, long generation, Server... servers) {
        Balancer web = new Balancer(
                new NamespacedName("default", "web"),
                vips.stream().map(IpAddress::parse).toList(),
                List.of(port("http", Protocol.TCP, Delivery.ADDRESS), port("datagrams", Protocol.UDP, Delivery.NAT)),
                HashSettings.DEFAULT,
                Ingress.ANY_NODE,
                Reply.DIRECT,
                List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")),
                true,
                UndeclaredPorts.REJECT,
                generation,
                Stream.of(servers)
                        .sorted(Comparator.comparingLong((Server s) -> s.prepared()
                                        ? Long.MAX_VALUE
                                        : s.intervals().getLast().joined())
                                .thenComparing(Server::identity))
                        .toList());
        List<Node> nodes = topology.nodes().stream()
                .map(node -> new Node(node.name(), IpAddress.parse(node.ipv4()), true))
                .sorted(Comparator.comparing(Node::name))
                .toList();
        return new Snapshot(++version, List.of(web), nodes, List.of(new TunnelKey(1, 2, 3)));
    }

    private static ServicePort port(String name, Protocol protocol, Delivery delivery) {
        return new ServicePort(name, protocol, PORT, ControlledLab.TARGET_PORT, delivery);
    }
}

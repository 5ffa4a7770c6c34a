package dev.hashlb.core.digest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.select.Vectors;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.IngressMode;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.ReturnMode;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TableKind;
import dev.hashlb.core.snapshot.TunnelKey;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The snapshots are those of scripts/digest-vectors, written down once more. */
final class SnapshotDigestTest {
    private static final List<Node> NODES = List.of(
            new Node("s1", IpAddress.parse("10.9.0.11"), false), new Node("s2", IpAddress.parse("10.9.0.12"), true));

    private static final Balancer WEB = new Balancer(
            new NamespacedName("default", "web"),
            List.of(IpAddress.parse("198.51.100.10"), IpAddress.parse("2001:db8:51::10")),
            List.of(
                    new ServicePort("http", Protocol.TCP, 80, 8080, Delivery.ADDRESS),
                    new ServicePort("", Protocol.UDP, 53, 5353, Delivery.NAT)),
            new HashSettings(HashFields.FIVE_TUPLE, TableKind.STABLE, 1021),
            Ingress.ANY_NODE,
            Reply.DIRECT,
            List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("2001:db8::/32")),
            true,
            UndeclaredPorts.REJECT,
            5,
            List.of(
                    server(
                            "web-a",
                            "0b3d8c1e-5a5f-4c39-9d0e-2f1c7a6b9e01",
                            "s1",
                            List.of("10.1.1.1", "2001:db8:1::1"),
                            Interval.open(1, 1)),
                    server(
                            "web-b",
                            "7c1f4b9a-3e0d-47f2-8a55-90ab12cd34ef",
                            "s2",
                            List.of("10.1.2.1"),
                            new Interval(1, 1, OptionalLong.of(3)),
                            Interval.open(3, 4)),
                    server(
                            "web-c",
                            "e2a9d6f0-91c4-4e7b-b8d3-6f5e4d3c2b1a",
                            "s2",
                            List.of("10.1.2.2", "2001:db8:2::2"),
                            new Interval(2, 2, OptionalLong.of(5))),
                    server(
                            "web-d",
                            "f00dfeed-0000-4000-8000-000000000001",
                            "s1",
                            List.of("10.1.1.4", "2001:db8:1::4"))));

    private static final Balancer MODULO = shop(
            "shop",
            "api",
            new Ingress(IngressMode.SELF_SELECT, HashFields.SOURCE_AND_SERVICE, TableKind.MODULO),
            new Reply(ReturnMode.GATEWAY, List.of(Cidr.parse("203.0.113.0/24"), Cidr.parse("2001:db8:99::/48"))),
            2,
            List.of(
                    server("api-0", "zoë/größe/ü-0", "s1", List.of("10.1.1.7"), Interval.open(1, 1)),
                    server("api-1", "zoë/größe/ü-1", "s2", List.of("10.1.2.7"), Interval.open(1, 2))));

    private static final Balancer NOBODY =
            shop("default", "nobody", Ingress.of(IngressMode.SELF_SELECT), Reply.of(ReturnMode.NODE), 1, List.of());

    private static final Map<String, Snapshot> CASES = Map.of(
            "empty", Snapshot.EMPTY,
            "nodes", snapshot(),
            "nobody", snapshot(NOBODY),
            "web", snapshot(WEB),
            "modulo", snapshot(MODULO),
            "all", snapshot(NOBODY, WEB, MODULO));

    @Test
    void agreesWithThePagesReference() throws IOException {
        List<Map<String, String>> rows = Vectors.read("digests.csv");
        assertThat(rows).hasSameSizeAs(CASES.keySet());
        for (Map<String, String> row : rows) {
            Snapshot snapshot = CASES.get(row.get("snapshot"));
            assertThat(hex(SnapshotDigest.of(snapshot))).as("%s", row).isEqualTo(row.get("digest"));
            if (snapshot.balancers().size() == 1) {
                assertThat(hex(BalancerDigest.of(snapshot.balancers().getFirst())))
                        .as("%s", row)
                        .isEqualTo(row.get("calculated"));
            }
        }
    }

    @Test
    void doesNotDependOnTheOrderOfBalancersAndNodes() {
        Snapshot turned = new Snapshot(9, List.of(MODULO, WEB, NOBODY), NODES.reversed(), List.of());
        assertThat(SnapshotDigest.of(turned)).isEqualTo(SnapshotDigest.of(snapshot(NOBODY, WEB, MODULO)));
    }

    @Test
    void versionAndKeysAreNoPartOfIt() {
        Snapshot other = new Snapshot(77, List.of(WEB), NODES, List.of(new TunnelKey(1, 2, 3)));
        assertThat(SnapshotDigest.of(other)).isEqualTo(SnapshotDigest.of(snapshot(WEB)));
    }

    @Test
    void differsWithEveryChange() {
        Stream<Snapshot> changed = Stream.of(
                snapshot(WEB.withGeneration(6)),
                snapshot(WEB.withGeneration(4)),
                snapshot(WEB, NOBODY),
                new Snapshot(1, List.of(WEB), NODES.subList(0, 1), List.of()),
                new Snapshot(
                        1,
                        List.of(WEB),
                        List.of(NODES.getFirst(), new Node("s2", IpAddress.parse("10.9.0.12"), false)),
                        List.of()),
                snapshot(withServers(WEB, WEB.servers().subList(0, 3))),
                snapshot(withServers(WEB, WEB.servers().reversed())));
        List<String> digests =
                changed.map(SnapshotDigest::of).map(SnapshotDigestTest::hex).toList();
        assertThat(digests).doesNotHaveDuplicates().doesNotContain(hex(SnapshotDigest.of(snapshot(WEB))));
    }

    @Test
    void rememberedDigestsOfBalancersGiveTheSame() {
        Snapshot all = snapshot(NOBODY, WEB, MODULO);
        Map<Balancer, Long> remembered = all.balancers().stream().collect(Collectors.toMap(b -> b, BalancerDigest::of));
        assertThat(SnapshotDigest.of(all, remembered::get)).isEqualTo(SnapshotDigest.of(all));
    }

    private static Balancer withServers(Balancer b, List<Server> servers) {
        return new Balancer(
                b.name(),
                b.addresses(),
                b.ports(),
                b.hash(),
                b.ingress(),
                b.reply(),
                b.sourceRanges(),
                b.ping(),
                b.undeclaredPorts(),
                b.generation(),
                servers);
    }

    private static Balancer shop(
            String namespace, String name, Ingress ingress, Reply reply, long generation, List<Server> servers) {
        return new Balancer(
                new NamespacedName(namespace, name),
                List.of(IpAddress.parse("198.51.100.11")),
                List.of(new ServicePort("", Protocol.TCP, 443, 443, Delivery.NAT)),
                new HashSettings(HashFields.SOURCE_AND_SERVICE, TableKind.MODULO, 16381),
                ingress,
                reply,
                List.of(),
                false,
                UndeclaredPorts.DROP,
                generation,
                servers);
    }

    private static Server server(
            String name, String identity, String node, List<String> literals, Interval... intervals) {
        List<IpAddress> addresses = literals.stream().map(IpAddress::parse).toList();
        return new Server(
                name,
                identity,
                node,
                "",
                addresses,
                addresses.stream().map(IpAddress::family).collect(Collectors.<Family>toSet()),
                List.of(intervals));
    }

    private static Snapshot snapshot(Balancer... balancers) {
        return new Snapshot(1, List.of(balancers), NODES, List.of());
    }

    private static String hex(long digest) {
        return "%016x".formatted(digest);
    }
}

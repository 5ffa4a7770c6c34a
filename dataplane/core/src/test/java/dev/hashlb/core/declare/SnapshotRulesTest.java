package dev.hashlb.core.declare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.select.Identity;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots as an operator could send them, each with one thing wrong. */
class SnapshotRulesTest {
    private static final List<Node> NODES = List.of(node("n1", "10.9.0.1"), node("n2", "10.9.0.2"));
    private static final List<TunnelKey> KEYS = List.of(new TunnelKey(0, 1, 2), new TunnelKey(255, 3, 4));

    private static Node node(String name, String address) {
        return new Node(name, IpAddress.parse(address), true);
    }

    private static Server server(String identity, List<String> addresses, Interval... intervals) {
        List<IpAddress> parsed = addresses.stream().map(IpAddress::parse).toList();
        return new Server(
                "pod-" + identity.length(),
                identity,
                "n1",
                "",
                parsed,
                parsed.stream().map(IpAddress::family).collect(Collectors.toSet()),
                List.of(intervals));
    }

    private static Server server(String identity, Interval... intervals) {
        return server(identity, List.of("10.244.0.7", "fd00::7"), intervals);
    }

    private static final Server GOOD = server("uid-1", Interval.open(2, 1));

    private static Balancer balancer(String name, String vip, int port, int targetPort, Server... servers) {
        return balancer(name, vip, new ServicePort("", Protocol.TCP, port, targetPort, Delivery.ADDRESS), servers);
    }

    private static Balancer balancer(String name, String vip, ServicePort port, Server... servers) {
        return with(name, vip, port, new HashSettings(HashFields.FIVE_TUPLE, TableKind.STABLE, 1021), 9, servers);
    }

    private static Balancer with(
            String name, String vip, ServicePort port, HashSettings hash, long generation, Server... servers) {
        return new Balancer(
                new NamespacedName("shop", name),
                List.of(IpAddress.parse(vip)),
                List.of(port),
                hash,
                Ingress.ANY_NODE,
                Reply.DIRECT,
                List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")),
                true,
                UndeclaredPorts.REJECT,
                generation,
                List.of(servers));
    }

    private static final ServicePort HTTP = new ServicePort("http", Protocol.TCP, 80, 8080, Delivery.ADDRESS);

    private static List<Finding> mistakes(Balancer... balancers) {
        return SnapshotRules.mistakes(new Snapshot(7, List.of(balancers), NODES, KEYS));
    }

    private static void assertOnly(List<Finding> found, int document, String... says) {
        assertThat(found).singleElement().satisfies(f -> {
            assertThat(f.place().document()).isEqualTo(document);
            assertThat(f.sentence()).contains(says);
        });
    }

    @Test
    void whatIsRightHasNoMistake() {
        Server left = server("uid-2", new Interval(1, 1, OptionalLong.of(3)), new Interval(4, 3, OptionalLong.of(9)));
        assertThat(mistakes(
                        balancer("web", "198.51.100.10", HTTP, GOOD, left, server("uid-3")),
                        balancer("dns", "198.51.100.10", 53, 5353),
                        balancer("six", "2001:db8:51::10", HTTP, GOOD)))
                .isEmpty();
        assertThat(SnapshotRules.mistakes(Snapshot.EMPTY)).isEmpty();
    }

    @Test
    void numberOfBucketsIsNothingUnderModulo() {
        HashSettings modulo = new HashSettings(HashFields.FIVE_TUPLE, TableKind.MODULO, 0);
        Server one = server("uid-1", Interval.open(1, 1));
        assertThat(mistakes(with("web", "198.51.100.10", HTTP, modulo, 1, one))).isEmpty();
        HashSettings odd = new HashSettings(HashFields.FIVE_TUPLE, TableKind.STABLE, 1000);
        assertOnly(mistakes(with("web", "198.51.100.10", HTTP, odd, 1, one)), 0, "buckets", "1000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "169.254.1.1",
                "224.0.0.1",
                "0.0.0.0",
                "255.255.255.255",
                "::1",
                "fe80::1",
                "ff02::1"
            })
    void addressThatNobodyCanRouteToIsRefused(String vip) {
        assertOnly(mistakes(GOOD_ONE, balancer("bad", vip, HTTP)), 1, "addresses[0] " + vip);
    }

    private static final Balancer GOOD_ONE = balancer("good", "198.51.100.1", HTTP, GOOD);

    @Test
    void vipThatIsANodesIsRefused() {
        assertOnly(mistakes(GOOD_ONE, balancer("bad", "10.9.0.2", HTTP)), 1, "10.9.0.2", "is the address of nodes[1]");
    }

    @ParameterizedTest
    @CsvSource({"80, 8081, port 80 is already used", "81, 8080, targetPort 8080 is already used"})
    void portsOfOneVipAreOneToOneOverAllBalancers(int port, int target, String says) {
        assertOnly(mistakes(GOOD_ONE, balancer("bad", "198.51.100.1", port, target)), 1, says, "balancer shop/good");
    }

    @Test
    void portOutOfRangeAndNameTwiceAreBothTold() {
        List<Finding> found = mistakes(GOOD_ONE, balancer("good", "198.51.100.2", 0, 8080));
        assertThat(found)
                .hasSize(2)
                .allSatisfy(f -> assertThat(f.place().document()).isEqualTo(1));
        assertThat(found.toString()).contains("ports[0].port 0").contains("already the name of another balancer");
    }

    @Test
    void serverIsThereOnceAlsoOnTheWire() {
        assertOnly(
                mistakes(balancer("web", "198.51.100.10", HTTP, GOOD, GOOD)), 0, "servers[1].identity", "is already");
        String[] twins = identitiesOfOneWireId();
        assertOnly(
                mistakes(balancer("web", "198.51.100.10", HTTP, server(twins[0]), server(twins[1]))),
                0,
                "servers[1].identity",
                "32-bit wire id as servers[0].identity");
    }

    /** By the birthday paradox there are some among half a million. */
    private static String[] identitiesOfOneWireId() {
        Map<Integer, String> byWireId = new HashMap<>();
        for (int i = 0; i < 500_000; i++) {
            String same = byWireId.put(Identity.wireId("uid-" + i), "uid-" + i);
            if (same != null) {
                return new String[] {same, "uid-" + i};
            }
        }
        throw new AssertionError("no two of 500,000 identities have one wire id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "a\nb"})
    void identityIsReadable(String identity) {
        assertOnly(mistakes(balancer("web", "198.51.100.10", HTTP, server(identity))), 0, "is no identity");
    }

    @Test
    void serverHasOneAddressOfAFamilyAndAtLeastOne() {
        assertOnly(
                mistakes(balancer("web", "198.51.100.10", HTTP, server("u", List.of("10.244.0.1", "10.244.0.2")))),
                0,
                "servers[0].addresses[1] 10.244.0.2",
                "second of its family");
        assertOnly(
                mistakes(balancer("web", "198.51.100.10", HTTP, server("u", List.of()))),
                0,
                "servers[0].addresses",
                "missing");
        assertOnly(
                mistakes(balancer("web", "198.51.100.10", HTTP, server("u", List.of("127.0.0.1")))),
                0,
                "servers[0].addresses[0] 127.0.0.1");
    }

    @Test
    void intervalsFollowEachOtherAndNoneIsOfTheFuture() {
        Server overlapping = server("u", Interval.open(1, 2), Interval.open(1, 5));
        assertOnly(
                mistakes(balancer("web", "198.51.100.10", HTTP, overlapping)), 0, "servers[0].intervals[1].joined 5");
        Server joins = server("u", Interval.open(1, 10));
        assertOnly(mistakes(balancer("web", "198.51.100.10", HTTP, joins)), 0, "generation 9", "before 10");
        Server leaves = server("u", new Interval(1, 1, OptionalLong.of(10)));
        assertOnly(mistakes(balancer("web", "198.51.100.10", HTTP, leaves)), 0, "generation 9", "before 10");
    }

    @Test
    void weightsAreForStableOnly() {
        HashSettings modulo = new HashSettings(HashFields.FIVE_TUPLE, TableKind.MODULO, 1021);
        assertOnly(mistakes(with("web", "198.51.100.10", HTTP, modulo, 1, GOOD)), 0, "weight 2", "Modulo");
    }

    @Test
    void keysAreAtMostTwoWithIdsOfTheirOwn() {
        List<TunnelKey> three =
                IntStream.range(0, 3).mapToObj(i -> new TunnelKey(i, 1, 1)).toList();
        assertOnly(keys(three), SnapshotRules.NO_BALANCER, "keys 3 are too many");
        assertOnly(
                keys(List.of(new TunnelKey(4, 1, 1), new TunnelKey(4, 2, 2))),
                SnapshotRules.NO_BALANCER,
                "keys[1].id 4 is there twice");
        assertOnly(keys(List.of(new TunnelKey(256, 1, 1))), SnapshotRules.NO_BALANCER, "keys[0].id 256");
        assertOnly(keys(List.of(new TunnelKey(-1, 1, 1))), SnapshotRules.NO_BALANCER, "keys[0].id -1");
    }

    private static List<Finding> keys(List<TunnelKey> keys) {
        return SnapshotRules.mistakes(new Snapshot(7, List.of(GOOD_ONE), NODES, keys));
    }

    @Test
    void nodesHaveNamesAndAddressesOfTheirOwn() {
        assertOnly(
                nodes(node("n1", "10.9.0.1"), node("n1", "10.9.0.2")), SnapshotRules.NO_BALANCER, "nodes[1].name n1");
        assertOnly(
                nodes(node("n1", "10.9.0.1"), node("n2", "10.9.0.1")),
                SnapshotRules.NO_BALANCER,
                "nodes[1].address 10.9.0.1");
        assertOnly(nodes(node("n1", "127.0.0.1")), SnapshotRules.NO_BALANCER, "nodes[0].address 127.0.0.1");
        assertOnly(nodes(node("N_1", "10.9.0.1")), SnapshotRules.NO_BALANCER, "nodes[0].name N_1");
    }

    private static List<Finding> nodes(Node... nodes) {
        return SnapshotRules.mistakes(new Snapshot(7, List.of(), List.of(nodes), KEYS));
    }
}

package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.suite.Client.Ends;
import dev.hashlb.e2e.traffic.LastingConnections;
import dev.hashlb.e2e.traffic.PacketSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Five routers that announce VIPs on their LAN: nothing routes the VIPs to them. */
@Timeout(120)
class AnnouncementIT {
    private static final String LAN_IPV4 = "10.9.0.200";
    private static final String LAN_IPV6 = "fd00:9::200";
    private static final String GROUP = "03:48:4c:42:00:01";
    /** By their length: the tunnel between routers carries data as well. */
    private static final String DROP_PROBES = "udp dport 6082 udp length 80 drop";
    /** Of one balancer. */
    private static final int MOST_ADDRESSES = 8;

    private static Cluster cluster;
    private static LanHost host;
    private static Map<String, String> nodesByMac;

    @BeforeAll
    static void open() {
        cluster = Cluster.open(
                t -> t.router("r1")
                        .router("r2")
                        .router("r3")
                        .router("r4")
                        .router("r5")
                        .node("n1", 1)
                        .node("n2", 1),
                true,
                "--announce");
        EchoPods.start(cluster);
        host = LanHost.add(cluster.lab(), 100);
        cluster.lab().seekVipsOnTheLan();
        nodesByMac = LanHost.nodesByMac(cluster.lab());
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @BeforeEach
    void declare() {
        cluster.dataPlanes().forEach((name, plane) -> {
            if (!plane.isAlive()) {
                cluster.start(name);
            }
        });
        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .address(LAN_IPV4)
                        .address(LAN_IPV6)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .port("UDP", 80, Cluster.TARGET_PORT)
                        .port("TCP", EchoPods.PORT, EchoPods.TARGET_PORT)
                        .servers(cluster.pods())));
        awaitAll(plane -> plane.metrics().sum("hashlb_routers_alive") == 5);
        awaitAnnounced(4);
    }

    private interface Condition {
        boolean holds(DataPlaneProcess plane);
    }

    private static void awaitAll(Condition condition) {
        await().atMost(Cluster.SOON)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> living().allMatch(condition::holds));
    }

    private static Stream<DataPlaneProcess> living() {
        return cluster.dataPlanes().values().stream().filter(DataPlaneProcess::isAlive);
    }

    /** Waits until so many VIPs are announced by all together: each by one. */
    private static void awaitAnnounced(int vips) {
        await().atMost(Cluster.SOON)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> announced().values().stream()
                                .mapToInt(Integer::intValue)
                                .sum()
                        == vips);
    }

    /** How many VIPs each living router announces. */
    private static Map<String, Integer> announced() {
        Map<String, Integer> announced = new TreeMap<>();
        living().forEach(plane ->
                announced.put(plane.node().name(), (int) plane.metrics().sum("hashlb_announced_vips")));
        return announced;
    }

    private static String announcer(String vip) {
        return nodesByMac.get(host.ask(List.of(vip)).get(vip));
    }

    @Test
    void aHostOfTheLanWithoutAnyRouteReachesVipsByArpAndNeighborDiscovery() throws IOException {
        for (String vip : List.of(LAN_IPV4, LAN_IPV6)) {
            for (int i = 0; i < 20; i++) {
                assertThat(host.client().askTcp(vip, 80).pod()).isIn("n1p1", "n2p1");
            }
            assertThat(nodesByMac).containsKey(host.known().get(vip));
            assertThat(host.client().pings(vip)).isTrue();
        }
        assertThat(cluster.client().askTcp(Vips.IPV4, 80).pod()).isIn("n1p1", "n2p1");
        assertThat(cluster.client().askTcp(Vips.IPV6, 80).pod()).isIn("n1p1", "n2p1");
    }

    /** The neighbour entry of a kernel is checked from time to time by a question to the router alone. */
    @Test
    void whatANeighbourKnowsStaysTrue() throws IOException {
        for (String vip : List.of(LAN_IPV4, LAN_IPV6)) {
            host.client().askTcp(vip, 80);
            String mac = host.known().get(vip);
            Command.runIn(host.namespace(), "ip", "neigh", "change", vip, "lladdr", mac, "dev", "eth0", "nud", "probe");
            await().atMost(Cluster.SOON)
                    .pollInterval(Duration.ofMillis(100))
                    .until(
                            () -> Command.runIn(host.namespace(), "ip", "neigh", "show", vip),
                            s -> s.contains("REACHABLE"));
        }
    }

    @Test
    void aRouterThatStopsInOrderHandsItsVipsOverWithoutAGap() throws Exception {
        String router = announcer(LAN_IPV4);
        try (var questions = new SteadyQuestions(host.client(), List.of(Ends.of("10.9.0.100", 4711, LAN_IPV4, 80)))) {
            questions.longestGap();
            cluster.dataPlane(router).stop();
            questions.awaitAnswers();
            System.out.printf(
                    "announcing router %s stopped in order: %d ms without an answer%n",
                    router, questions.longestGap().toMillis());
        }
        assertThat(announcer(LAN_IPV4)).isNotNull().isNotEqualTo(router);
    }

    /** Its peers count it on, and it goes on to answer for its VIPs: nothing moves, and nobody looks for another. */
    @Test
    void aRouterWhoseProcessIsFollowedByAnotherLivesOn() throws Exception {
        String router = announcer(LAN_IPV4);
        String peer = router.equals("r1") ? "r2" : "r1";
        int toldBefore = timesTheListChanged(peer);
        try (var questions = new SteadyQuestions(host.client(), List.of(Ends.of("10.9.0.100", 4712, LAN_IPV4, 80)))) {
            questions.longestGap();
            cluster.succeed(router);
            questions.awaitAnswers();
            System.out.printf(
                    "process of %s followed by another: %d ms without an answer%n",
                    router, questions.longestGap().toMillis());
        }
        assertThat(announcer(LAN_IPV4)).isEqualTo(router);
        await().pollDelay(Duration.ofSeconds(2)).atMost(Cluster.SOON).untilAsserted(() -> {
            assertThat(cluster.dataPlane(router).metrics().sum("hashlb_peers_alive"))
                    .isEqualTo(6);
            assertThat(timesTheListChanged(peer)).isEqualTo(toldBefore);
        });
        assertThat(announcer(LAN_IPV4)).isEqualTo(router);
    }

    private static int timesTheListChanged(String node) {
        return cluster.dataPlane(node).log().split("peers alive=", -1).length - 1;
    }

    @Test
    void manyVipsAreSpreadAndOnlyTheDeadRoutersMove() {
        List<String> vips = IntStream.range(0, 128)
                .boxed()
                .flatMap(i -> Stream.of("10.9.0." + (120 + i), "fd00:9::1:" + Integer.toHexString(i)))
                .toList();
        cluster.declare(d -> {
            for (int first = 0; first < vips.size(); first += MOST_ADDRESSES) {
                List<String> some = vips.subList(first, first + MOST_ADDRESSES);
                d.balancer("many-" + first, b -> {
                    some.forEach(b::address);
                    b.port("TCP", 80, Cluster.TARGET_PORT)
                            .spec("hash: {buckets: 1021}")
                            .servers(cluster.pods());
                });
            }
        });
        awaitAnnounced(vips.size());
        Map<String, String> before = announcers(vips);
        assertThat(before).hasSize(vips.size()).doesNotContainValue(null);
        Map<String, Integer> counts = announced();
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
        System.out.printf("256 VIPs over 5 routers: %s, most over mean %.2f%n", counts, most * 5.0 / vips.size());
        assertThat(most * 5.0 / vips.size()).isLessThanOrEqualTo(1.35);

        cluster.dataPlane("r3").kill();
        awaitAnnounced(vips.size());
        Map<String, String> after = announcers(vips);
        for (String vip : vips) {
            boolean ofTheDead = before.get(vip).equals("r3");
            assertThat(after.get(vip).equals(before.get(vip))).as(vip).isEqualTo(!ofTheDead);
        }
    }

    private static Map<String, String> announcers(List<String> vips) {
        Map<String, String> nodes = new HashMap<>();
        host.ask(vips).forEach((ip, mac) -> nodes.put(ip, nodesByMac.get(mac)));
        nodes.keySet().retainAll(vips);
        return nodes;
    }

    /** Two routers do not hear each other, but all others hear both. */
    @Test
    void splitBrainBreaksNothingAndHeals() {
        try (var connections = new LastingConnections(cluster.client().namespace())) {
            connections.open(EchoPods.services(), 40);
            cut("r1", "r2");
            await().atMost(Cluster.SOON)
                    .until(() -> cluster.dataPlane("r1").metrics().sum("hashlb_peers_missed") == 1
                            && cluster.dataPlane("r2").metrics().sum("hashlb_peers_missed") == 1);
            connections.awaitAnswers(Cluster.SOON);
            assertThat(cluster.metric("hashlb_announce_conflicts")).isZero();
            heal("r1");
            awaitAll(plane -> plane.metrics().sum("hashlb_peers_alive") == 6);
            awaitAnnounced(4);
            connections.awaitAnswers(Cluster.SOON);
            assertThat(connections.broken()).isEmpty();
        }
    }

    /** Others take its VIPs over, and give them back without its ever having missed anybody. */
    @Test
    void neighboursComeBackToARouterThatWasNotHeardForAWhile() throws IOException {
        for (String vip : List.of(LAN_IPV4, LAN_IPV6)) {
            host.client().askTcp(vip, 80);
            String announcer = nodesByMac.get(host.known().get(vip));
            mute(announcer);
            awaitKnown(vip, node -> !announcer.equals(node));
            heal(announcer);
            awaitAll(plane -> plane.metrics().sum("hashlb_routers_alive") == 5);
            awaitAnnounced(4);
            awaitKnown(vip, announcer::equals);
            host.client().askTcp(vip, 80);
        }
    }

    private static void awaitKnown(String vip, Predicate<@Nullable String> node) {
        await(vip)
                .atMost(Cluster.SOON)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> node.test(nodesByMac.get(host.known().get(vip))));
    }

    private static void mute(String router) {
        filter(router, "", DROP_PROBES);
    }

    private static void cut(String router, String from) {
        String peer = cluster.node(from).ipv4();
        filter(router, "ip saddr " + peer + " " + DROP_PROBES, "ip daddr " + peer + " " + DROP_PROBES);
    }

    /** Until {@link #heal}. */
    private static void filter(String router, String inputRule, String outputRule) {
        Command.run(
                """
                table inet cut {
                  chain in {
                    type filter hook input priority 0;
                    %s
                  }
                  chain out {
                    type filter hook output priority 0;
                    %s
                  }
                }
                """.formatted(inputRule, outputRule),
                Command.inNamespace(cluster.node(router).namespace(), List.of("nft", "-f", "-")));
    }

    private static void heal(String router) {
        Command.runIn(cluster.node(router).namespace(), "nft", "delete", "table", "inet", "cut");
    }

    @Test
    void aVipThatAnotherHostHasIsLeftToItAndToldOf() {
        LanHost other = LanHost.add(cluster.lab(), 101);
        String vip = "10.9.0.110";
        String vip6 = "fd00:9::110";
        other.addAddress(vip + "/24");
        other.addAddress(vip6 + "/64");
        cluster.declare(d -> d.balancer(
                "taken",
                b -> b.address(vip)
                        .address(vip6)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .servers(cluster.pods())));
        await().atMost(Cluster.SOON)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> cluster.metric("hashlb_announce_conflicts") == 2);

        Map<String, String> asked = host.ask(List.of(vip, vip6));
        String mac = PacketSocket.macOf(other.namespace(), "eth0");
        assertThat(asked).containsEntry(vip, mac).containsEntry(vip6, mac);
        assertThat(announced().values()).containsOnly(0);
        String logs = living().map(DataPlaneProcess::log).reduce("", String::concat);
        assertThat(logs)
                .contains("address " + vip + " is claimed by another host")
                .contains("address " + vip6 + " is claimed")
                .contains(mac);
    }

    /** Every router answers, with the same address, so that each gets all packets; the calculation names who handles one. */
    @ParameterizedTest
    @ValueSource(strings = {"FiveTuple", "SourceAndService"})
    void vipsOfSelfSelectAreAnsweredForByEveryRouterWithOneGroupAddress(String fields) throws IOException {
        cluster.declare(d -> d.balancer(
                "all",
                b -> b.address(LAN_IPV4)
                        .address(LAN_IPV6)
                        .spec("ingress: {mode: SelfSelect, fields: " + fields + "}")
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .servers(cluster.pods())));
        awaitAnnounced(2 * 5);
        Map<String, String> asked = host.ask(List.of(LAN_IPV4, LAN_IPV6));
        assertThat(asked).containsEntry(LAN_IPV4, GROUP).containsEntry(LAN_IPV6, GROUP);
        for (String vip : List.of(LAN_IPV4, LAN_IPV6)) {
            for (int i = 0; i < 20; i++) {
                assertThat(host.client().askTcp(vip, 80).pod()).isIn("n1p1", "n2p1");
            }
        }
        assertThat(cluster.dropped("not_selected")).isPositive();
    }
}

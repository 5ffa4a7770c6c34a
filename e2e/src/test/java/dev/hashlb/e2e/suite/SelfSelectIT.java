package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.Topology;
import dev.hashlb.e2e.lab.TunnelCapture.Carried;
import dev.hashlb.e2e.oracle.Oracle;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code ingress: SelfSelect}: three routers receive every packet, and the one that the oracle names handles it. */
@Timeout(120)
class SelfSelectIT {
    private static final int DATAGRAMS_EACH = 500;
    private static final int CONNECTIONS_EACH = 125;
    private static final int SINK_PORT = 9000;
    private static final String SELF_SELECT = "ingress: {mode: SelfSelect}";

    private final ThreeRouters routers = ThreeRouters.shared();
    private final Cluster cluster = routers.cluster();

    @BeforeEach
    void everyPacketReachesAllRouters() {
        cluster.lab().routeVipsToAllRouters();
    }

    static Stream<Arguments> choices() {
        return Stream.of("FiveTuple", "SourceAndService")
                .flatMap(fields -> Stream.of("Modulo", "Stable")
                        .flatMap(table -> Vips.both().stream().map(vip -> Arguments.of(fields, table, vip))));
    }

    static List<String> vips() {
        return Vips.both();
    }

    /** 5,000 flows in all. */
    @ParameterizedTest(name = "{0}, {1}, {2}")
    @MethodSource("choices")
    void everyFlowIsHandledByTheNamedRouterAndNoOther(String fields, String table, String vip)
            throws IOException, InterruptedException {
        routers.declare("ingress: {mode: SelfSelect, fields: " + fields + ", table: " + table + "}");
        routers.ask(List.of(), routers.flows(vip, 4)); // neighbours are known from here on
        List<Ends> datagrams = routers.flows(vip, DATAGRAMS_EACH);
        List<Ends> connections = routers.flows(vip, CONNECTIONS_EACH);
        Map<Ends, List<Carried>> carried = routers.carriedDuring(() -> routers.ask(datagrams, connections));
        Oracle oracle = ThreeRouters.oracle(fields, table);
        List<String> wrong = new ArrayList<>();
        datagrams.forEach(ends -> compare(oracle, ends, Oracles.UDP, carried, wrong));
        connections.forEach(ends -> compare(oracle, ends, Oracles.TCP, carried, wrong));
        assertThat(wrong).isEmpty();
    }

    private void compare(Oracle oracle, Ends ends, int protocol, Map<Ends, List<Carried>> carried, List<String> wrong) {
        String named = oracle.server(Oracles.flow(ends, protocol));
        List<Carried> packets = carried.getOrDefault(ends, List.of());
        List<String> senders = packets.stream().map(Carried::from).distinct().toList();
        boolean once = protocol == Oracles.TCP || packets.size() == 1;
        if (!senders.equals(List.of(routers.address(named))) || !once) {
            wrong.add(ends + " protocol " + protocol + ": named " + named + ", carried by " + senders + " in "
                    + packets.size() + " packets");
        }
    }

    @Test
    void whatIsNotSelectedIsCounted() throws IOException {
        routers.declare(SELF_SELECT);
        double before = cluster.dropped("not_selected");
        routers.ask(routers.flows(Vips.IPV4, 100), List.of());
        cluster.awaitDropped("not_selected", before + 200);
    }

    @ParameterizedTest
    @MethodSource("vips")
    void oneRouterAnswersAPing(String vip) {
        routers.declare(SELF_SELECT);
        double before = cluster.outcomes("answered_echo");
        assertThat(cluster.client().pings(vip)).isTrue();
        assertThat(cluster.outcomes("answered_echo") - before).isEqualTo(1);
    }

    /** What a router sends itself reaches that router alone, whichever the calculation names. */
    @ParameterizedTest
    @MethodSource("vips")
    void aRouterReachesTheVipThroughItself(String vip) throws IOException {
        routers.declare(SELF_SELECT);
        for (String router : ThreeRouters.NAMES) {
            var client = new Client(cluster.node(router).namespace());
            for (int i = 0; i < 8; i++) {
                assertThat(client.askTcp(vip, 80).pod()).startsWith("n");
            }
        }
    }

    /** Both processes read the same queues meanwhile, and the kernel must drop nothing for either by the other's list. */
    @Test
    void aHandOverOfEachRouterLosesNothing() throws Exception {
        routers.declare(SELF_SELECT);
        cluster.declare(d -> routers.balancer(d, SELF_SELECT)
                .balancer(
                        "sink",
                        b -> b.vip(1)
                                .port("UDP", 90, SINK_PORT)
                                .servers(cluster.pods())
                                .spec(SELF_SELECT)));
        try (var datagrams = new SteadyDatagrams(
                cluster, Topology.vipIpv4(1), 90, cluster.pods(), SINK_PORT, Duration.ofMillis(2))) {
            for (String router : ThreeRouters.NAMES) {
                cluster.succeed(router);
            }
            SteadyDatagrams.Result result = datagrams.stop();
            assertThat(result.lost()).as("%s", result).isZero();
        }
    }
}

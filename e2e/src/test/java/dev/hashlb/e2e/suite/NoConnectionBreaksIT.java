package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The owner chain: servers come, drain and go, and routers die, while connections stay open. */
class NoConnectionBreaksIT {
    private static final int CONNECTIONS = 150;

    private static Cluster cluster;
    private ServerLedger ledger;
    private String delivery = "Address";

    @BeforeAll
    static void open() {
        cluster = Cluster.open(
                t -> t.router("r1").router("r2", 2).node("n1", 4).node("n2", 4).clientAddresses(16), true);
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @BeforeEach
    void start() {
        ledger = new ServerLedger();
        cluster.lab().routeVipsTo(cluster.node("r1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Address", "Nat"})
    void noneBreaksWhileServersComeAndGo(String how) throws IOException {
        delivery = how;
        serve(3);
        try (var open = new OpenConnections()) {
            openBoth(open);
            for (int servers : new int[] {6, 2, 10, 3}) {
                serve(servers);
                openBoth(open);
                open.awaitExchanges();
                assertThat(open.broken()).isEmpty();
            }
            assertThat(claimedAfterHops()).isPositive();
        }
    }

    @Test
    void noneBreaksWhenARouterDiesAmongChanges() throws IOException {
        serve(3);
        try (var open = new OpenConnections()) {
            openBoth(open);
            serve(8);
            cluster.dataPlane("r1").kill();
            cluster.lab().routeVipsTo(cluster.node("r2"));
            open.awaitExchanges();
            assertThat(open.broken()).isEmpty();
            cluster.start("r1");
            serve(2);
            openBoth(open);
            cluster.lab().routeVipsTo(cluster.node("r1"), cluster.node("r2"));
            open.awaitExchanges();
            assertThat(open.broken()).isEmpty();
        }
    }

    @Test
    void drainingServersTakeNoNewConnection() throws IOException {
        serve(6);
        try (var open = new OpenConnections()) {
            openBoth(open);
            serve(2);
            Set<String> serving = names(cluster.pods().subList(0, 2));
            for (Ends ends : new RandomEnds(cluster.lab().topology(), 505).next(Vips.IPV4, 80, 60)) {
                assertThat(cluster.client().askTcp(ends).pod()).isIn(serving);
            }
            open.awaitExchanges();
            assertThat(open.broken()).isEmpty();
        }
    }

    @Test
    void theLastServersKeepTheirConnectionsThoughNoneTakesNewOnes() throws IOException {
        serve(3);
        try (var open = new OpenConnections()) {
            openBoth(open);
            serve(1);
            serve(0);
            open.awaitExchanges();
            assertThat(open.broken()).isEmpty();
            assertThatThrownBy(() -> cluster.client().askTcp(Vips.IPV4, 80))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("refused");
        }
    }

    @Test
    void connectionsOfADeletedServerAreResetAndNoOthers() throws IOException {
        serve(4);
        Pod deleted = cluster.pods().get(3);
        try (var open = new OpenConnections()) {
            openBoth(open);
            serve(3);
            open.awaitExchanges();
            assertThat(open.broken()).isEmpty();

            cluster.lab().removePod(deleted); // its link first: nobody hears that its sockets close
            cluster.stopServer(deleted);
            ledger.remove(deleted);
            declare();
            open.awaitExchanges();

            List<OpenConnections.Connection> ofDeleted = open.all().stream()
                    .filter(c -> c.pod().equals(deleted.name()))
                    .toList();
            assertThat(ofDeleted).isNotEmpty();
            await().atMost(Cluster.SOON)
                    .untilAsserted(() -> assertThat(open.broken()).hasSameElementsAs(ofDeleted));
            assertThat(open.broken()).allSatisfy(c -> assertThat(c.broken()).contains("reset"));
        } finally {
            cluster.lab().returnPod(deleted);
            cluster.startServer(deleted);
        }
    }

    /** Under Nat, the default of UDP, the pod's kernel remembers its flows for a while, and so claims them. */
    @Test
    void translatedUdpFlowsStayWhereTheyAre() throws IOException {
        serve(3);
        var ends = new RandomEnds(cluster.lab().topology(), 506).next(Vips.IPV4, 53, 40);
        List<String> before = askUdp(ends);
        serve(9);
        assertThat(askUdp(ends)).isEqualTo(before);
        List<String> fresh = askUdp(new RandomEnds(cluster.lab().topology(), 507).next(Vips.IPV4, 53, 60));
        assertThat(fresh).anyMatch(pod -> !names(cluster.pods().subList(0, 3)).contains(pod));
    }

    private static List<String> askUdp(List<Ends> flows) throws IOException {
        List<String> pods = new java.util.ArrayList<>();
        for (Ends ends : flows) {
            try (DatagramChannel socket = cluster.client().udp(ends)) {
                pods.add(Answer.parse(
                                Client.exchange(socket, "hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                        .pod());
            }
        }
        return pods;
    }

    private static void openBoth(OpenConnections open) throws IOException {
        for (String vip : Vips.both()) {
            open.open(cluster.client(), vip, 80, CONNECTIONS / 2);
        }
    }

    private static double claimedAfterHops() {
        return cluster.metric("hashlb_chain_claimed_total")
                - cluster.metric("hashlb_chain_claimed_total", "hops=\"0\"");
    }

    private void serve(int servers) {
        ledger.serve(cluster.pods().subList(0, servers));
        declare();
    }

    private void declare() {
        cluster.declare(d -> d.balancer(
                "web",
                b -> ledger.declare(
                        b.vip(0).port("TCP", 80, Cluster.TARGET_PORT, delivery).port("UDP", 53, Cluster.TARGET_PORT))));
    }

    private static Set<String> names(List<Pod> pods) {
        return pods.stream().map(Pod::name).collect(Collectors.toSet());
    }
}

package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Map;
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
    private ChangingServers servers;

    @BeforeAll
    static void open() {
        cluster = ChangingServers.cluster();
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @BeforeEach
    void start() {
        servers = new ChangingServers(cluster, "Address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Address", "Nat"})
    void noneBreaksWhileServersComeAndGo(String how) throws IOException {
        servers = new ChangingServers(cluster, how);
        servers.serve(3);
        try (var open = new OpenConnections()) {
            servers.open(open, CONNECTIONS);
            for (int count : new int[] {6, 2, 10, 3}) {
                servers.serve(count);
                servers.open(open, CONNECTIONS);
                open.awaitExchanges();
                assertThat(open.broken()).isEmpty();
            }
            assertThat(claimedAfterHops()).isPositive();
        }
    }

    @Test
    void noneBreaksWhenARouterDiesAmongChanges() throws IOException {
        servers.serve(3);
        try (var open = new OpenConnections()) {
            servers.open(open, CONNECTIONS);
            servers.serve(8);
            cluster.dataPlane("r1").kill();
            cluster.lab().routeVipsTo(cluster.node("r2"));
            open.awaitExchanges();
            assertThat(open.broken()).isEmpty();
            cluster.start("r1");
            servers.serve(2);
            servers.open(open, CONNECTIONS);
            cluster.lab().routeVipsTo(cluster.node("r1"), cluster.node("r2"));
            open.awaitExchanges();
            assertThat(open.broken()).isEmpty();
        }
    }

    @Test
    void drainingServersTakeNoNewConnection() throws IOException {
        servers.serve(6);
        try (var open = new OpenConnections()) {
            servers.open(open, CONNECTIONS);
            servers.serve(2);
            Set<String> serving = servers.firstNames(2);
            for (Ends ends : new RandomEnds(cluster.lab().topology(), 505).next(Vips.IPV4, 80, 60)) {
                assertThat(cluster.client().askTcp(ends).pod()).isIn(serving);
            }
            open.awaitExchanges();
            assertThat(open.broken()).isEmpty();
        }
    }

    @Test
    void theLastServersKeepTheirConnectionsThoughNoneTakesNewOnes() throws IOException {
        servers.serve(3);
        try (var open = new OpenConnections()) {
            servers.open(open, CONNECTIONS);
            servers.serve(1);
            servers.serve(0);
            open.awaitExchanges();
            assertThat(open.broken()).isEmpty();
            assertThatThrownBy(() -> cluster.client().askTcp(Vips.IPV4, 80))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("refused");
        }
    }

    @Test
    void connectionsOfADeletedServerAreResetAndNoOthers() throws IOException {
        servers.serve(4);
        Pod deleted = servers.first(4).getLast();
        try (var open = new OpenConnections()) {
            servers.open(open, CONNECTIONS);
            servers.serve(3);
            open.awaitExchanges();
            assertThat(open.broken()).isEmpty();

            cluster.lab().removePod(deleted); // its link first: nobody hears that its sockets close
            cluster.stopServer(deleted);
            servers.remove(deleted);
            Map<Boolean, List<OpenConnections.Connection>> all = open.all().stream()
                    .collect(Collectors.partitioningBy(c -> c.pod().equals(deleted.name())));
            List<OpenConnections.Connection> ofDeleted = all.get(true);
            OpenConnections.awaitExchanges(all.get(false));

            assertThat(ofDeleted).isNotEmpty();
            ofDeleted.forEach(OpenConnections.Connection::poke);
            await().atMost(Cluster.SOON)
                    .untilAsserted(() -> assertThat(open.broken()).hasSameElementsAs(ofDeleted));
            assertThat(open.broken()).allSatisfy(c -> assertThat(c.broken()).containsAnyOf("reset", "Broken pipe"));
        } finally {
            cluster.lab().returnPod(deleted);
            cluster.startServer(deleted);
        }
    }

    /** Under Nat, the default of UDP, the pod's kernel remembers its flows for a while, and so claims them. */
    @Test
    void translatedUdpFlowsStayWhereTheyAre() throws IOException {
        servers.serve(3);
        var ends = new RandomEnds(cluster.lab().topology(), 506).next(Vips.IPV4, 53, 40);
        List<String> before = askUdp(ends);
        servers.serve(9);
        assertThat(askUdp(ends)).isEqualTo(before);
        List<String> fresh = askUdp(new RandomEnds(cluster.lab().topology(), 507).next(Vips.IPV4, 53, 60));
        assertThat(fresh).anyMatch(pod -> !servers.firstNames(3).contains(pod));
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

    private static double claimedAfterHops() {
        return cluster.metric("hashlb_chain_claimed_total")
                - cluster.metric("hashlb_chain_claimed_total", "hops=\"0\"");
    }
}

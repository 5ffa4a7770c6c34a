package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.BackNetwork;
import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.Sockets;
import dev.hashlb.e2e.suite.Client.Ends;
import dev.hashlb.e2e.traffic.LastingConnections;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Router groups beside what else there is on a LAN, and when routers end. */
@Timeout(120)
class RouterGroupLifeIT {
    private static final int CONNECTIONS = 100;
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(60);
    /** The aim is 1.5 s, and what is printed is to be looked at; a busy machine must not fail the build. */
    private static final Duration FLOWS_AGAIN = Duration.ofSeconds(5);

    private final GroupLab lab = GroupLab.shared();
    private final Cluster cluster = lab.cluster();

    /** Both come by the same frame address and device. */
    @Test
    void aBalancerOfSelfSelectIsServedBesideAGroup() throws IOException {
        cluster.lab().seekVipsOnTheLan();
        lab.declare(
                d -> d.balancer(
                        "web",
                        b -> b.vip(0)
                                .port("TCP", 80, Cluster.TARGET_PORT)
                                .spec("ingress: {mode: SelfSelect}")
                                .servers(cluster.pods())),
                "SourceAndService",
                "Modulo",
                GroupLab.GATEWAYS + Vips.both().size());
        for (String vip : Vips.both()) {
            for (Ends ends : lab.flows(vip, 80, 16)) {
                assertThat(cluster.client().askTcp(ends).pod()).isEqualTo("n1p1");
            }
        }
        for (String target : GroupLab.TARGETS) {
            for (Ends ends : lab.flows(target, GroupLab.PORT, 16)) {
                assertThat(cluster.client().askTcp(ends).pod()).isEqualTo("target");
            }
        }
    }

    @Test
    void everyRouterAnswersForTheGatewaysOnBothSides() {
        lab.declare("FiveTuple", "Stable");
        Map<String, String> atGateway = new LanHost(lab.gatewayNamespace()).known();
        Map<String, String> atTarget = new LanHost(lab.back().targetNamespace()).known();
        assertThat(BackNetwork.FRONT_GATEWAYS).allMatch(g -> GroupLab.GROUP_MAC.equals(atGateway.get(g)));
        assertThat(BackNetwork.BACK_GATEWAYS).allMatch(g -> GroupLab.GROUP_MAC.equals(atTarget.get(g)));
    }

    /** Routers have addresses in the network behind them. */
    @Test
    void routersOwnAddressesThereAreReached() {
        lab.declare("FiveTuple", "Stable");
        for (String address : List.of("10.66.0.1", "10.66.0.2", "10.66.0.3", "fd00:66::1")) {
            assertThat(cluster.client().pings(address)).as(address).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("tables")
    void aRouterKilledBreaksNoConnectionAndTrafficFlowsAgain(String table) throws IOException {
        lab.declare("FiveTuple", table);
        try (var connections = new LastingConnections(cluster.client().namespace());
                var questions = new SteadyQuestions(cluster.client(), steadyFlows())) {
            connections.open(
                    GroupLab.TARGETS.stream()
                            .map(t -> Sockets.at(t, GroupLab.ECHO_PORT))
                            .toList(),
                    CONNECTIONS);
            questions.longestGap();
            cluster.dataPlane("r2").kill();
            lab.awaitRouters(2, GroupLab.GATEWAYS);
            questions.awaitAnswers();
            long gapMs = questions.longestGap().toMillis();
            connections.awaitAnswers(ANSWERS_WITHIN);
            System.out.printf(
                    "router group, table %s: r2 killed under %d connections: %d broken, no answer for %d ms at most%n",
                    table, CONNECTIONS, connections.broken().size(), gapMs);
            assertThat(connections.broken()).isEmpty();
            assertThat(gapMs).isLessThan(FLOWS_AGAIN.toMillis());
            cluster.start("r2");
            lab.awaitRouters(3, GroupLab.GATEWAYS);
            questions.awaitAnswers();
            connections.awaitAnswers(ANSWERS_WITHIN);
            assertThat(connections.broken()).isEmpty();
        }
    }

    static List<String> tables() {
        return List.of("Modulo", "Stable");
    }

    private static List<Ends> steadyFlows() {
        List<Ends> flows = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            flows.add(Ends.of("192.0.2.7", 40_000 + i, BackNetwork.TARGET_IPV4, GroupLab.PORT));
            flows.add(Ends.of("2001:db8:c::7", 40_000 + i, BackNetwork.TARGET_IPV6, GroupLab.PORT));
        }
        return flows;
    }

    @Test
    void aStopTakesAwayAllThatWasPutOnTheRouters() {
        lab.declare("FiveTuple", "Stable");
        cluster.dataPlanes().values().forEach(DataPlaneProcess::stop);
        SystemState.of(cluster.lab()).assertSameAs(lab.before());
    }
}

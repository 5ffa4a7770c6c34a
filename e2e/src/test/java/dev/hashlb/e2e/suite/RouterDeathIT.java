package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.suite.Client.Ends;
import dev.hashlb.e2e.traffic.LastingConnections;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A router is killed under a thousand connections, in every ingress mode. Its peers notice; nobody tells them, no file changes. */
@Timeout(180)
class RouterDeathIT {
    private static final int CONNECTIONS = 1_000;
    private static final int FLOWS_OF_EACH_FAMILY = 16;
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(60);
    /** The aim is 1.5 s, and what is printed is to be looked at; a busy machine must not fail the build. */
    private static final Duration FLOWS_AGAIN = Duration.ofSeconds(5);

    private static final String ANNOUNCER = "the one that announces";

    private static Cluster cluster;

    @BeforeAll
    static void open() {
        cluster = Cluster.open(
                t -> t.router("r1").router("r2").router("r3").node("n1", 2).node("n2", 2), true, "--announce");
        EchoPods.start(cluster);
        cluster.lab().seekVipsOnTheLan();
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    static Stream<Arguments> modes() {
        return Stream.of(
                Arguments.of("{mode: AnyNode}", "Direct", ANNOUNCER),
                Arguments.of("{mode: SelfSelect, table: Modulo}", "Direct", "r1"),
                Arguments.of("{mode: SelfSelect}", "Gateway", "r2"));
    }

    @ParameterizedTest(name = "ingress {0}, return {1}: {2}")
    @MethodSource("modes")
    void noConnectionBreaksAndTrafficFlowsAgain(String ingress, String returning, String who) throws IOException {
        declare(ingress, returning);
        awaitRouters(3);
        try (var connections = new LastingConnections(cluster.client().namespace());
                var questions = new SteadyQuestions(cluster.client(), flows())) {
            connections.open(EchoPods.services(), CONNECTIONS);
            String router = who.equals(ANNOUNCER) ? announcer() : who;
            questions.longestGap();

            cluster.dataPlane(router).kill();
            awaitRouters(2);
            questions.awaitAnswers();
            long gapMs = questions.longestGap().toMillis();
            connections.awaitAnswers(ANSWERS_WITHIN);
            System.out.printf(
                    "ingress %s, return %s: %s killed under %,d connections: %d broken, no answer for %d ms at most%n",
                    ingress,
                    returning,
                    router,
                    CONNECTIONS,
                    connections.broken().size(),
                    gapMs);
            assertThat(connections.broken()).isEmpty();
            assertThat(gapMs).isLessThan(FLOWS_AGAIN.toMillis());

            cluster.start(router);
            awaitRouters(3);
            questions.awaitAnswers();
            connections.awaitAnswers(ANSWERS_WITHIN);
            assertThat(connections.broken()).isEmpty();
        } finally {
            cluster.dataPlanes().values().stream()
                    .filter(plane -> !plane.isAlive())
                    .forEach(plane -> cluster.start(plane.node().name()));
        }
    }

    private static void declare(String ingress, String returning) {
        cluster.declare(d -> d.balancer("web", b -> {
            b.vip(0)
                    .port("UDP", 80, Cluster.TARGET_PORT)
                    .port("TCP", EchoPods.PORT, EchoPods.TARGET_PORT)
                    .spec("ingress: " + ingress)
                    .spec("return: {mode: " + returning + "}");
            cluster.pods().forEach(b::server);
        }));
    }

    /** Waits until all that run know of so many routers that live, and agree. */
    private static void awaitRouters(int alive) {
        await().atMost(Cluster.SOON.multipliedBy(2))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> cluster.dataPlanes().values().stream()
                        .filter(DataPlaneProcess::isAlive)
                        .map(DataPlaneProcess::metrics)
                        .allMatch(m -> m.sum("hashlb_routers_alive") == alive && m.sum("hashlb_routers_agreed") == 1));
    }

    private static List<Ends> flows() {
        List<Ends> flows = new ArrayList<>();
        for (int i = 0; i < FLOWS_OF_EACH_FAMILY; i++) {
            flows.add(Ends.of("192.0.2.7", 21_000 + i, Vips.IPV4, 80));
            flows.add(Ends.of("2001:db8:c::7", 21_000 + i, Vips.IPV6, 80));
        }
        return flows;
    }

    /** The router whose MAC address the gateway has for the IPv4 VIP. */
    private static String announcer() {
        String mac =
                new LanHost(cluster.lab().topology().gatewayNamespace()).known().get(Vips.IPV4);
        return LanHost.nodesByMac(cluster.lab()).get(mac);
    }
}

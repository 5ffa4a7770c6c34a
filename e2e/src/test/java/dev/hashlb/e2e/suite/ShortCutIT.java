package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.LabNode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers on the router's own node are served without a tunnel, and through any other router as well. */
@Timeout(60)
class ShortCutIT {
    private Cluster cluster;

    @BeforeEach
    void declare() {
        cluster = Cluster.shared();
        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .port("UDP", 80, Cluster.TARGET_PORT)
                        .servers(cluster.node("r2").pods())));
    }

    static List<String> vips() {
        return Vips.both();
    }

    @ParameterizedTest
    @MethodSource("vips")
    void serversOnTheRoutersOwnNodeAnswerWithoutATunnel(String vip) throws IOException {
        cluster.lab().routeVipsTo(cluster.node("r2"));
        double tunnelled = cluster.outcomes("tunnelled");

        assertThat(askAll(vip, 91)).containsExactlyInAnyOrder("r2p1", "r2p2");
        assertThat(cluster.outcomes("tunnelled")).isEqualTo(tunnelled);
    }

    @ParameterizedTest
    @MethodSource("vips")
    void serversOnARouterAnswerThroughAnotherRouter(String vip) throws IOException {
        LabNode other = cluster.node("r1");
        cluster.lab().routeVipsTo(other);
        double tunnelled = cluster.outcomes("tunnelled");

        assertThat(askAll(vip, 92)).containsExactlyInAnyOrder("r2p1", "r2p2");
        assertThat(cluster.outcomes("tunnelled")).isGreaterThan(tunnelled);
    }

    private Set<String> askAll(String vip, long seed) throws IOException {
        var ends = new RandomEnds(cluster.lab().topology(), seed);
        Set<String> pods = new HashSet<>(Asking.pods(cluster.client(), ends.next(vip, 80, 30)));
        for (int i = 0; i < 30; i++) {
            pods.add(cluster.client().askUdp(ends.next(vip, 80), "who").pod());
        }
        return pods;
    }
}

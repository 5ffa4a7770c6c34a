package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.oracle.Oracle;
import dev.hashlb.e2e.oracle.OracleServer;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every connection lands where an independent implementation of docs/calculation.md says: both formulas, both tables, N from
 * 1 to 10, both families, both protocols; 8,000 flows in all.
 */
@Timeout(120)
class AgreementIT {
    private static final int FLOWS_EACH = 50;
    private static final int BUCKETS = 16381;

    /**
     * One for all lists, so that no flow comes twice: a UDP flow that a server still has a translation of stays with it for a while
     * after a change.
     */
    private static final RandomEnds RANDOM =
            new RandomEnds(Cluster.shared().lab().topology(), 2026);

    private final Cluster cluster = Cluster.shared();

    static Stream<Arguments> combinations() {
        return Stream.of("FiveTuple", "SourceAndService")
                .flatMap(fields -> Stream.of("Modulo", "Stable")
                        .flatMap(table -> IntStream.rangeClosed(1, 10).mapToObj(n -> Arguments.of(fields, table, n))));
    }

    /** Round the nodes, so that any number of servers is on as many nodes as can be. */
    private List<Pod> firstPods(int count) {
        List<Pod> mixed = new ArrayList<>(cluster.pods());
        mixed.sort(java.util.Comparator.comparingInt(
                pod -> pod.name().charAt(pod.name().length() - 1)));
        return mixed.subList(0, count);
    }

    @ParameterizedTest(name = "{0}, {1}, N = {2}")
    @MethodSource("combinations")
    void everyFlowLandsWhereTheOracleSays(String fields, String table, int n) throws IOException {
        List<Pod> pods = firstPods(n);
        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .port("UDP", 80, Cluster.TARGET_PORT)
                        .hash(fields, table)
                        .servers(pods)));
        List<OracleServer> servers = Oracles.servers("web", pods);
        assertAgreement(
                table.equals("Modulo") ? Oracle.modulo(fields, servers) : Oracle.stable(fields, BUCKETS, servers));
    }

    @Test
    void weightsAreCalculatedAlike() throws IOException {
        List<Pod> pods = firstPods(5);
        cluster.declare(d -> d.balancer("web", b -> {
            b.vip(0).port("TCP", 80, Cluster.TARGET_PORT).port("UDP", 80, Cluster.TARGET_PORT);
            b.spec("hash: {buckets: 1021}");
            for (int i = 0; i < pods.size(); i++) {
                b.server(pods.get(i), "weight: " + weight(i));
            }
        }));
        assertAgreement(Oracle.stable(
                "FiveTuple",
                1021,
                IntStream.range(0, pods.size())
                        .mapToObj(i -> Oracles.server("web", pods.get(i), weight(i)))
                        .toList()));
    }

    private static int weight(int index) {
        return 1 << (2 * index);
    }

    private void assertAgreement(Oracle oracle) throws IOException {
        List<String> disagreements = new ArrayList<>();
        for (String vip : Vips.both()) {
            for (Ends ends : RANDOM.next(vip, 80, FLOWS_EACH)) {
                compare(oracle, ends, Oracles.TCP, cluster.client().askTcp(ends), disagreements);
            }
            for (Ends ends : RANDOM.next(vip, 80, FLOWS_EACH)) {
                compare(oracle, ends, Oracles.UDP, cluster.client().askUdp(ends, "who"), disagreements);
            }
        }
        assertThat(disagreements).isEmpty();
    }

    private static void compare(Oracle oracle, Ends ends, int protocol, Answer real, List<String> disagreements) {
        String foretold = oracle.server(Oracles.flow(ends, protocol));
        if (!foretold.equals(real.pod())) {
            disagreements.add(ends + " protocol " + protocol + ": oracle " + foretold + ", real " + real.pod());
        }
    }
}

package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Linux clients connect from ports of one parity: the literal formula starves servers by it, buckets do not. */
@Timeout(60)
class ParityIT {
    private static final int CONNECTIONS = 400;
    private static final int SERVERS = 4;

    private final Cluster cluster = Cluster.shared();

    static List<String> vips() {
        return Vips.both();
    }

    private Map<String, Long> connectionsByPod(String vip, String table) throws IOException {
        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .hash("FiveTuple", table)
                        .servers(cluster.pods().subList(0, SERVERS))));
        String source = Vips.clientAddress(cluster.lab().topology(), vip, 0);
        List<Ends> evenPorts = IntStream.range(0, CONNECTIONS)
                .mapToObj(i -> Ends.of(source, 10_000 + 2 * i, vip, 80))
                .toList();
        return Asking.pods(cluster.client(), evenPorts).stream()
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aClientWithEvenPortsOnlyIsBalancedByBuckets(String vip) throws IOException {
        Map<String, Long> connections = connectionsByPod(vip, "Stable");
        assertThat(connections).hasSize(SERVERS);
        // A fair share is 100; by chance alone less than 60 or more than 140 comes once in 10,000 runs, and this is no
        // chance.
        assertThat(connections.values()).allSatisfy(count -> assertThat(count).isBetween(60L, 140L));
    }

    @ParameterizedTest
    @MethodSource("vips")
    void theLiteralFormulaGivesItHalfOfTheServers(String vip) throws IOException {
        assertThat(connectionsByPod(vip, "Modulo")).hasSize(SERVERS / 2);
    }
}

package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.Topology;
import dev.hashlb.e2e.oracle.Oracle;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fifty balancers of twenty servers each, every server in all of them. */
@Timeout(150)
class ManyBalancersIT {
    private static final int BALANCERS = 50;
    private static final int FLOWS_EACH = 6;

    @Test
    void eachOfFiftyBalancersUsesItsOwnTwentyServers() throws IOException {
        try (Cluster cluster =
                Cluster.open(t -> t.router("r1").node("n1", 10).node("n2", 10).clientAddresses(8), true)) {
            cluster.declare(d -> {
                for (int i = 0; i < BALANCERS; i++) {
                    int number = i;
                    d.balancer(
                            "b" + number,
                            b -> b.vip(number)
                                    .port("TCP", 80, Cluster.TARGET_PORT)
                                    .servers(cluster.pods()));
                }
            });
            var ends = new RandomEnds(cluster.lab().topology(), 50);
            for (int i = 0; i < BALANCERS; i++) {
                Oracle oracle = Oracle.stable("FiveTuple", 16381, Oracles.servers("b" + i, cluster.pods()));
                for (String vip : new String[] {Topology.vipIpv4(i), Topology.vipIpv6(i)}) {
                    for (var flow : ends.next(vip, 80, FLOWS_EACH)) {
                        assertThat(cluster.client().askTcp(flow).pod())
                                .as("server of %s of balancer b%s", flow, i)
                                .isEqualTo(oracle.server(Oracles.flow(flow, 6)));
                    }
                }
            }
        }
    }
}

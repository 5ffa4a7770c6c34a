package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Routers answer ICMP echo for the VIPs, also where no server is. */
@Timeout(60)
class PingIT {
    private static Cluster cluster;

    @BeforeAll
    static void declare() {
        cluster = Cluster.shared();
        cluster.declare(d -> d.balancer("web", b -> b.vip(0).port("TCP", 80, Cluster.TARGET_PORT))
                .balancer(
                        "mute",
                        b -> b.vip(1).port("TCP", 80, Cluster.TARGET_PORT).spec("ping: false")));
    }

    static List<String> vips() {
        return Vips.both();
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aVipAnswersAPing(String vip) {
        assertThat(cluster.client().pings(vip)).isTrue();
    }

    @Test
    void aBalancerThatForbidsItAnswersNone() {
        double before = cluster.dropped("ping");
        assertThat(cluster.client().pings(dev.hashlb.e2e.lab.Topology.vipIpv4(1)))
                .isFalse();
        assertThat(cluster.client().pings(dev.hashlb.e2e.lab.Topology.vipIpv6(1)))
                .isFalse();
        assertThat(cluster.dropped("ping")).isGreaterThan(before);
    }
}

package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers, pods that are no servers, and nodes as clients of the VIP. */
@Timeout(90)
class InsideClientsIT {
    private static final int ELSEWHERE_ONLY = 81;

    private Cluster cluster;

    @BeforeEach
    void declare() {
        cluster = Cluster.shared();
        var servers = List.of(cluster.pod("n1p1"), cluster.pod("n2p1"), cluster.pod("r2p1"));
        cluster.declare(d -> d.balancer(
                        "web",
                        b -> b.vip(0)
                                .port("TCP", 80, Cluster.TARGET_PORT)
                                .port("UDP", 80, Cluster.TARGET_PORT)
                                .servers(servers))
                .balancer(
                        "other",
                        b -> b.vip(0)
                                .port("TCP", ELSEWHERE_ONLY, Cluster.TARGET_PORT + 10)
                                .server(cluster.pod("n2p2"))));
    }

    static Stream<Arguments> insiders() {
        return Stream.of("n1p1", "n2p1", "r2p1", "n1p2", "n2p3", "r2p2", "n1", "n2", "r1", "r2")
                .flatMap(name -> Vips.both().stream().map(vip -> Arguments.of(name, vip)));
    }

    private Client client(String name) {
        boolean pod = name.contains("p");
        return new Client(
                pod ? cluster.pod(name).namespace() : cluster.node(name).namespace());
    }

    private String ownAddress(String name, String vip) {
        boolean ipv6 = vip.contains(":");
        String own = name.contains("p")
                ? (ipv6 ? cluster.pod(name).ipv6() : cluster.pod(name).ipv4())
                : (ipv6 ? cluster.node(name).ipv6() : cluster.node(name).ipv4());
        return IpAddress.parse(own).toString();
    }

    @ParameterizedTest
    @MethodSource("insiders")
    void anInsiderReachesEveryServerAndIsSeenByItsOwnAddress(String name, String vip) throws IOException {
        Set<String> pods = new HashSet<>();
        for (int i = 0; i < 24; i++) {
            Answer answer = client(name).askTcp(vip, 80);
            assertThat(answer.clientAddress()).isEqualTo(ownAddress(name, vip));
            pods.add(answer.pod());
        }
        assertThat(pods).containsExactlyInAnyOrder("n1p1", "n2p1", "r2p1");
    }

    @ParameterizedTest
    @MethodSource("insiders")
    void anInsiderReachesUdpServers(String name, String vip) throws IOException {
        for (int i = 0; i < 6; i++) {
            var ends = Client.Ends.of(ownAddress(name, vip), 6000 + i, vip, 80);
            assertThat(client(name).askUdp(ends, "who").pod()).isIn("n1p1", "n2p1", "r2p1");
        }
    }

    @ParameterizedTest
    @MethodSource("insiders")
    void anInsiderReachesAPortOfTheVipThatIsServedElsewhereOnly(String name, String vip) throws IOException {
        try (var servers = new PodServers()) {
            servers.tcp(cluster.pod("n2p2"), Cluster.TARGET_PORT + 10);
            assertThat(client(name).askTcp(vip, ELSEWHERE_ONLY).pod()).isEqualTo("n2p2");
        }
    }
}

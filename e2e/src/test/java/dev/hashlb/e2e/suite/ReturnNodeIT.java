package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code return: Node}, with a CNI that lets no pod send from a foreign address: direct replies would die there. */
@Timeout(90)
class ReturnNodeIT {
    private Cluster cluster;
    private List<Pod> pods;

    @BeforeEach
    void forbidForeignSources() {
        cluster = Cluster.shared();
        pods = List.of(cluster.pod("n1p1"), cluster.pod("n2p1"), cluster.pod("r2p1"));
        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .port("UDP", 80, Cluster.TARGET_PORT)
                        .spec("return: {mode: Node}")
                        .servers(pods)));
        pods.forEach(this::forbidForeignSources);
    }

    private void forbidForeignSources(Pod pod) {
        String rules = "table inet antispoof {\n chain c {\n type filter hook prerouting priority -500;\n"
                + " iifname \"" + pod.nodeDevice() + "\" ip saddr != " + pod.ipv4() + " drop\n"
                + " iifname \"" + pod.nodeDevice() + "\" ip6 saddr != { " + pod.ipv6() + ", fe80::/10 } drop\n"
                + " }\n}\n";
        Command.run(rules, Command.inNamespace(node(pod).namespace(), List.of("nft", "-f", "-")));
    }

    private LabNode node(Pod pod) {
        return cluster.node(pod.node());
    }

    @AfterEach
    void allowForeignSources() {
        pods.forEach(pod -> Command.runIn(node(pod).namespace(), "nft", "delete", "table", "inet", "antispoof"));
    }

    static List<String> vips() {
        return Vips.both();
    }

    private Ends from(String vip, int sourcePort) {
        return Ends.of(Vips.clientAddress(cluster.lab().topology(), vip, 0), sourcePort, vip, 80);
    }

    @ParameterizedTest
    @MethodSource("vips")
    void repliesLeaveFromTheNode(String vip) throws IOException {
        for (int i = 0; i < 12; i++) {
            Answer tcp = cluster.client().askTcp(from(vip, 7000 + i));
            assertThat(tcp.clientAddress())
                    .isEqualTo(Digests.address(from(vip, 0).source()));
            assertThat(cluster.client().askUdp(from(vip, 7100 + i), "who").pod())
                    .isIn("n1p1", "n2p1", "r2p1");
        }
        assertThat(cluster.outcomes("returned")).isPositive();
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aDownloadArrivesWhole(String vip) throws IOException {
        long length = 64L << 20;
        for (int i = 0; i < 3; i++) {
            try (SocketChannel socket = cluster.client().connect(from(vip, 7200 + i))) {
                Lines.write(socket, "get " + length);
                String received = Transfer.receive(socket, length, bytes -> {});
                assertThat(received).isEqualTo(Lines.read(socket));
            }
        }
    }
}

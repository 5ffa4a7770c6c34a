package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.PodNetwork;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes on which others have made rules and settings that would stop the packets. */
@Timeout(90)
class BusyNodesIT {
    /** What kube-proxy has where a Service's status names the VIP, and its drop of what conntrack does not know. */
    private static final String LIKE_KUBE_PROXY = """
            table inet kube-proxy {
              chain services {
                type nat hook prerouting priority -100;
                ip daddr 198.51.100.10 tcp dport 80 dnat ip to 10.244.99.99:8080
                ip6 daddr 2001:db8:51::10 tcp dport 80 dnat ip6 to [fd00:244:99::99]:8080
                ip daddr 198.51.100.10 udp dport 80 dnat ip to 10.244.99.99:8080
                ip6 daddr 2001:db8:51::10 udp dport 80 dnat ip6 to [fd00:244:99::99]:8080
              }
              chain forward {
                type filter hook forward priority 0;
                ct state invalid drop
              }
            }
            """;

    private Cluster cluster;

    @AfterEach
    void close() {
        cluster.close();
    }

    private void open() {
        cluster = Cluster.open(t -> t.router("r1", 1).node("n1", 1).node("n2", 1, PodNetwork.PROXY_ARP), true);
    }

    private void onEachNode(String standardInput, String... command) {
        for (LabNode node : cluster.lab().topology().nodes()) {
            Command.run(standardInput, Command.inNamespace(node.namespace(), List.of(command)));
        }
    }

    private void declare() {
        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .port("UDP", 80, Cluster.TARGET_PORT)
                        .servers(cluster.pods())));
    }

    private void assertServes() throws IOException {
        for (String vip : Vips.both()) {
            for (Ends ends : new RandomEnds(cluster.lab().topology(), 81).next(vip, 80, 15)) {
                Answer tcp = cluster.client().askTcp(ends);
                assertThat(tcp.clientAddress()).isEqualTo(Digests.address(ends.source()));
                assertThat(cluster.client().askUdp(ends, "x".repeat(3000)).lengthBytes())
                        .isEqualTo(3000);
            }
        }
    }

    @Test
    void rulesOfKubeProxyThatKnowTheVipDoNotTakeItsPackets() throws IOException {
        open();
        onEachNode(LIKE_KUBE_PROXY, "nft", "-f", "-");
        declare();
        assertServes();
    }

    @Test
    void looseReversePathFilteringOfTheWholeHostIsNoHindrance() throws IOException {
        open();
        onEachNode("", "sh", "-c", "echo 2 > /proc/sys/net/ipv4/conf/all/rp_filter");
        declare();
        assertServes();
    }

    @Test
    void aForwardPolicyThatDropsIsTold() {
        open();
        onEachNode(
                "table inet firewall {\n chain forward {\n type filter hook forward priority 0; policy drop;\n }\n}\n",
                "nft",
                "-f",
                "-");
        declare();
        assertThat(cluster.dataPlane("r1").log())
                .containsIgnoringCase("forward")
                .containsIgnoringCase("drop");
    }
}

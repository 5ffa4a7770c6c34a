package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.Pod;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server's network namespace goes and comes, and its node's data plane follows without a restart. */
@Timeout(90)
class NamespaceLifeIT {
    private static final String READY = "hashlb_namespace_ready";

    private final Cluster cluster = Cluster.shared();

    private double ready(Pod pod) {
        return cluster.dataPlane(pod.node()).metrics().sum(READY, pod.namespace() + '"');
    }

    private void awaitReady(Pod pod, double expected) {
        await().alias("readiness of " + pod.name()).atMost(Cluster.SOON).until(() -> ready(pod) == expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"n1p3", "n2p3", "r2p2"})
    void aServerThatVanishesAndReturnsServesAgain(String name) throws IOException {
        Pod pod = cluster.pod(name);
        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .port("UDP", 80, Cluster.TARGET_PORT)
                        .server(pod)));
        long pid = cluster.dataPlane(pod.node()).pid();
        awaitReady(pod, 1);
        assertThat(cluster.client().askTcp(Vips.IPV4, 80).pod()).isEqualTo(name);

        try (SocketChannel open = cluster.client().connect(Vips.IPV4, 80)) {
            assertThat(Client.ask(open).pod()).isEqualTo(name);
            cluster.stopServer(pod);
            cluster.lab().removePod(pod);
            awaitReady(pod, 0);
            assertThatThrownBy(() -> Client.ask(open)).isInstanceOf(IOException.class);
        }

        cluster.lab().returnPod(pod);
        awaitReady(pod, 1);
        cluster.startServer(pod);
        for (String vip : Vips.both()) {
            assertThat(cluster.client().askTcp(vip, 80).pod()).isEqualTo(name);
            var ends = Client.Ends.of(Vips.clientAddress(cluster.lab().topology(), vip, 0), 7600, vip, 80);
            assertThat(cluster.client().askUdp(ends, "who").pod()).isEqualTo(name);
        }
        assertThat(cluster.dataPlane(pod.node()).pid()).isEqualTo(pid);
        assertThat(cluster.dataPlane(pod.node()).isAlive()).isTrue();
    }

    @Test
    void aServerWhoseNamespaceIsStillToComeIsWaitedFor() throws IOException {
        Pod late = cluster.pod("n1p4");
        cluster.stopServer(late);
        cluster.lab().removePod(late);
        cluster.declare(d -> d.balancer(
                "late", b -> b.vip(2).port("TCP", 80, Cluster.TARGET_PORT).server(late)));
        assertThat(ready(late)).isZero();
        assertThat(cluster.dataPlane("n1").log()).contains(late.namespace());

        cluster.lab().returnPod(late);
        awaitReady(late, 1);
        cluster.startServer(late);
        assertThat(cluster.client()
                        .askTcp(dev.hashlb.e2e.lab.Topology.vipIpv4(2), 80)
                        .pod())
                .isEqualTo("n1p4");
    }
}

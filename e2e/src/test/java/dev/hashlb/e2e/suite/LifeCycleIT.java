package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.PodNetwork;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Data planes end in every way and begin anew; what they leave in the system is compared line by line. */
@Timeout(150)
class LifeCycleIT {
    private Cluster cluster;
    private SystemState untouched;

    @BeforeEach
    void open() {
        cluster = Cluster.open(t -> t.router("r1", 1).node("n1", 2).node("n2", 1, PodNetwork.PROXY_ARP), true);
        untouched = SystemState.of(cluster.lab());
        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .port("UDP", 80, Cluster.TARGET_PORT)
                        .port("TCP", 81, Cluster.TARGET_PORT + 1, "Nat")
                        .servers(cluster.pods())));
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void assertServes() throws IOException {
        for (String vip : Vips.both()) {
            for (var ends : new RandomEnds(cluster.lab().topology(), 77).next(vip, 80, 12)) {
                assertThat(cluster.client().askTcp(ends).pod()).isNotEmpty();
                assertThat(cluster.client().askUdp(ends, "who").pod()).isNotEmpty();
            }
        }
    }

    @Test
    void aStopLeavesNothingBehind() throws IOException {
        assertServes();
        for (DataPlaneProcess plane : cluster.dataPlanes().values()) {
            assertThat(plane.stop()).as("exit status of %s", plane).isIn(0, 143);
        }
        SystemState.of(cluster.lab()).assertSameAs(untouched);
    }

    @Test
    void afterAKillANewStartFindsACleanStateAndConnectionsGoOn() throws IOException {
        SystemState running = SystemState.of(cluster.lab());
        try (SocketChannel ipv4 = cluster.client().connect(Vips.IPV4, 80);
                SocketChannel ipv6 = cluster.client().connect(Vips.IPV6, 80)) {
            Answer answer4 = Client.ask(ipv4);
            Answer answer6 = Client.ask(ipv6);
            for (String node : cluster.dataPlanes().keySet()) {
                cluster.dataPlane(node).kill();
                cluster.start(node);
                assertThat(Client.ask(ipv4)).as("after the kill of %s", node).isEqualTo(answer4);
                assertThat(Client.ask(ipv6)).as("after the kill of %s", node).isEqualTo(answer6);
            }
        }
        assertServes();
        SystemState.of(cluster.lab()).assertSameAs(running);

        // And what the killed ones had found before they changed it is still known: a stop puts it back.
        cluster.dataPlanes().values().forEach(DataPlaneProcess::stop);
        SystemState.of(cluster.lab()).assertSameAs(untouched);
    }
}

package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.Sockets;
import dev.hashlb.e2e.traffic.PacketSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hundred thousand malformed packets through a live router, and noise on the tunnel's port: nothing breaks, leaks or stalls. */
@Timeout(150)
class MalformedPacketsIT {
    private static final long SEED = 4711;
    private static final int THROUGH_THE_ROUTER = 100_000;
    private static final int MOST_SENT = 3_000_000;
    private static final int BATCH = 5_000;
    private static final int TUNNEL_PORT = 6082;
    private static final int TUNNEL_DATAGRAMS = 50_000;
    /** More than a JVM of 64 MiB heap that has settled may still grow by. */
    private static final long GROWTH_BYTES = 48L << 20;

    private final Cluster cluster = Cluster.shared();
    private final MalformedPackets packets = new MalformedPackets(SEED);

    @BeforeEach
    void declare() {
        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .port("UDP", 80, Cluster.TARGET_PORT)
                        .servers(cluster.pods())));
    }

    private static double counted(DataPlaneProcess plane) {
        var metrics = plane.metrics();
        return metrics.sum("hashlb_packets_total")
                + metrics.sum("hashlb_dropped_packets_total")
                + metrics.sum("hashlb_unowned_packets_total");
    }

    @Test
    void aLiveRouterStandsAHundredThousandMalformedPackets() throws IOException {
        DataPlaneProcess router = cluster.dataPlane("r1");
        sendUntilCounted(router, THROUGH_THE_ROUTER / 2);
        Map<String, Long> before = resources();

        sendUntilCounted(router, THROUGH_THE_ROUTER / 2);

        assertUnharmed(before);
    }

    private void sendUntilCounted(DataPlaneProcess router, int wanted) {
        double before = counted(router);
        String mac = PacketSocket.macOf(router.node().namespace(), "eth0");
        try (var socket = new PacketSocket(cluster.lab().topology().gatewayNamespace(), "lan", mac)) {
            int sent = 0;
            while (counted(router) - before < wanted) {
                assertThat(sent)
                        .as("packets sent without the router counting %s", wanted)
                        .isLessThan(MOST_SENT);
                for (int i = 0; i < BATCH; i++) {
                    boolean ipv6 = packets.nextIsIpv6();
                    socket.send(packets.next(ipv6), ipv6);
                }
                sent += BATCH;
            }
            System.out.println(sent + " malformed packets were sent");
        }
    }

    @Test
    void noiseOnTheTunnelsPortIsDroppedAndCounted() throws IOException {
        // From a peer's address: what comes from elsewhere is dropped before anything is read.
        Map<String, Long> before = resources();
        double dropped = cluster.dropped("bad_tunnel_header") + cluster.dropped("bad_tag");
        var target = Sockets.at(cluster.node("n1").ipv4(), TUNNEL_PORT);
        try (DatagramChannel socket = Sockets.udp(cluster.node("r2").namespace(), "0.0.0.0")) {
            for (int i = 0; i < TUNNEL_DATAGRAMS; i++) {
                socket.send(ByteBuffer.wrap(packets.noise()), target);
            }
        }
        assertThat(cluster.dropped("bad_tunnel_header") + cluster.dropped("bad_tag"))
                .isGreaterThan(dropped);
        assertUnharmed(before);
    }

    private void assertUnharmed(Map<String, Long> before) throws IOException {
        for (String vip : Vips.both()) {
            for (var ends : new RandomEnds(cluster.lab().topology(), 47).next(vip, 80, 20)) {
                assertThat(cluster.client().askTcp(ends).pod()).isNotEmpty();
                assertThat(cluster.client().askUdp(ends, "who").pod()).isNotEmpty();
            }
        }
        for (DataPlaneProcess plane : cluster.dataPlanes().values()) {
            assertThat(plane.isAlive()).isTrue();
            assertThat(plane.log()).doesNotContain("Exception").doesNotContain("\tat ");
        }
        Map<String, Long> after = resources();
        before.forEach((what, amount) -> assertThat(after.get(what) - amount)
                .as(what)
                .isLessThanOrEqualTo(what.endsWith("bytes") ? GROWTH_BYTES : 0));
    }

    /** Descriptors and resident memory of each data plane. */
    private Map<String, Long> resources() throws IOException {
        Map<String, Long> resources = new HashMap<>();
        for (DataPlaneProcess plane : cluster.dataPlanes().values()) {
            Path process = Path.of("/proc", Long.toString(plane.pid()));
            try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
                resources.put(
                        plane + " descriptors",
                        descriptors.filter(MalformedPacketsIT::isNoSocketOfHttp).count());
            }
            String resident = Files.readAllLines(process.resolve("status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .findFirst()
                    .orElseThrow();
            resources.put(plane + " resident bytes", Long.parseLong(resident.replaceAll("\\D", "")) << 10);
        }
        return resources;
    }

    /** The connections over which the metrics are read come and go. */
    private static boolean isNoSocketOfHttp(Path descriptor) {
        try {
            return !Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false;
        }
    }
}

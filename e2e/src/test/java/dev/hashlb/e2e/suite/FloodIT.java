package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.BalancerDocuments;
import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.ProcessFootprint;
import dev.hashlb.e2e.lab.Sockets;
import dev.hashlb.e2e.lab.Topology;
import dev.hashlb.e2e.traffic.LastingConnections;
import dev.hashlb.e2e.traffic.PacketFlood;
import dev.hashlb.e2e.traffic.PacketSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Floods against one VIP, whose buckets have moved, while it and another one serve. */
@Timeout(180)
class FloodIT {
    private static final int PACKETS_PER_SECOND = 200_000;
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final Duration FLOOD = Duration.ofSeconds(6);
    private static final long SEED = 612;
    private static final int CONNECTIONS = 100;
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(60);

    /** A heap is as large as it is when it is looked at; a table of the flood's flows would have to be larger. */
    private static final long MOST_HEAP_GROWTH_KIB = 1024;
    /** Compiled code and what the compilers needed for it. */
    private static final long MOST_RESIDENT_GROWTH_KIB = 16 * 1024;

    private static Cluster cluster;

    @BeforeAll
    static void open() {
        cluster = Cluster.open(t -> t.router("r1").node("n1", 4).node("n2", 4).clientAddresses(8), true);
        EchoPods.start(cluster);
        // What answers the flood comes to the gateway, which has no route for it, and would say so each time.
        Command.runIn(
                cluster.lab().topology().gatewayNamespace(), "ip", "route", "add", "blackhole", PacketFlood.SOURCES);
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    /** Two balancers of three servers each; the first one gets so many more, which take buckets over. */
    private static void declare(int more) {
        cluster.declare(d -> {
            d.balancer("web", b -> declare(b, 0, more));
            d.balancer("other", b -> declare(b, 1, 0));
        });
    }

    private static void declare(BalancerDocuments balancer, int vip, int more) {
        balancer.vip(vip).port("TCP", EchoPods.PORT, EchoPods.TARGET_PORT);
        cluster.pods().subList(0, 3).forEach(pod -> balancer.server(pod, "joined: 1"));
        cluster.pods().subList(3, 3 + more).forEach(pod -> balancer.server(pod, "joined: 2"));
    }

    @ParameterizedTest
    @EnumSource
    void connectionsGoOnAndNothingGrows(PacketFlood.Kind kind) {
        declare(0);
        try (var connections = new LastingConnections(cluster.lab().topology().clientNamespace())) {
            connections.open(services(0), CONNECTIONS);
            connections.open(services(1), CONNECTIONS);
            declare(5);
            connections.open(services(0), CONNECTIONS);
            flood(kind, WARM_UP);
            Map<LabNode, ProcessFootprint> before = footprints();
            double forwarded = cluster.metric("hashlb_packets_total");
            long sent = flood(kind, FLOOD);
            connections.awaitAnswers(ANSWERS_WITHIN);
            System.out.printf(
                    "%s: %,d packets/s sent, %,.0f handled, the longest wait for an answer %d ms%n",
                    kind,
                    sent / FLOOD.toSeconds(),
                    cluster.metric("hashlb_packets_total") - forwarded,
                    connections.longestWait().toMillis());
            assertThat(connections.broken()).isEmpty();
            assertThat(sent).isGreaterThan(10_000); // else there was no flood
            assertNothingGrew(before, footprints());
        }
    }

    private static long flood(PacketFlood.Kind kind, Duration duration) {
        String mac = PacketSocket.macOf(cluster.node("r1").namespace(), "eth0");
        try (var socket = new PacketSocket(cluster.lab().topology().gatewayNamespace(), "lan", mac);
                var flood = new PacketFlood(socket, SEED)) {
            System.out.println("the flood is made from seed " + SEED);
            return flood.send(kind, Vips.IPV4, EchoPods.PORT, PACKETS_PER_SECOND, duration);
        }
    }

    private static List<InetSocketAddress> services(int vip) {
        return List.of(
                Sockets.at(Topology.vipIpv4(vip), EchoPods.PORT), Sockets.at(Topology.vipIpv6(vip), EchoPods.PORT));
    }

    private static Map<LabNode, ProcessFootprint> footprints() {
        return cluster.dataPlanes().values().stream()
                .collect(Collectors.toMap(DataPlaneProcess::node, plane -> ProcessFootprint.of(plane.pid())));
    }

    private static void assertNothingGrew(Map<LabNode, ProcessFootprint> before, Map<LabNode, ProcessFootprint> after) {
        after.forEach((node, now) -> {
            ProcessFootprint then = before.get(node);
            System.out.println(node.name() + ": " + then + " before, " + now + " after");
            assertThat(now.openFiles()).as(node.name()).isEqualTo(then.openFiles());
            assertThat(now.liveHeapKiB()).as(node.name()).isLessThan(then.liveHeapKiB() + MOST_HEAP_GROWTH_KIB);
            assertThat(now.residentKiB()).as(node.name()).isLessThan(then.residentKiB() + MOST_RESIDENT_GROWTH_KIB);
        });
    }
}

package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.Declaration;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.oracle.Oracle;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The file changes while connections are open. */
@Timeout(90)
class ReloadIT {
    private static final int CONNECTIONS = 150;
    private static final int BUCKETS = 16381;

    private final Cluster cluster = Cluster.shared();
    private final Map<Ends, SocketChannel> open = new LinkedHashMap<>();

    @AfterEach
    void closeConnections() throws IOException {
        for (SocketChannel socket : open.values()) {
            socket.close();
        }
    }

    private void declareServers(List<Pod> pods) {
        cluster.declare(d -> d.balancer(
                "web", b -> b.vip(0).port("TCP", 80, Cluster.TARGET_PORT).servers(pods)));
    }

    private Oracle oracle(List<Pod> pods) {
        return Oracle.stable("FiveTuple", BUCKETS, Oracles.servers("web", pods));
    }

    private void openConnections(long seed) throws IOException {
        var random = new RandomEnds(cluster.lab().topology(), seed);
        for (String vip : Vips.both()) {
            for (Ends ends : random.next(vip, 80, CONNECTIONS / 2)) {
                SocketChannel socket = cluster.client().connect(ends);
                open.put(ends, socket);
                Client.ask(socket);
            }
        }
    }

    /** Asks over every open connection whose bucket has the same owner before and after; returns how many have another. */
    private int assertUnmovedLive(Oracle before, Oracle after) throws IOException {
        int moved = 0;
        for (Map.Entry<Ends, SocketChannel> connection : open.entrySet()) {
            var flow = Oracles.flow(connection.getKey(), Oracles.TCP);
            if (before.server(flow).equals(after.server(flow))) {
                assertThat(Client.ask(connection.getValue()).pod()).isEqualTo(before.server(flow));
            } else {
                moved++;
            }
        }
        return moved;
    }

    @Test
    void connectionsOfUnmovedBucketsLiveWhenAServerIsAdded() throws IOException {
        List<Pod> five = cluster.pods().subList(0, 5);
        List<Pod> six = cluster.pods().subList(0, 6);
        declareServers(five);
        openConnections(61);

        declareServers(six);

        int moved = assertUnmovedLive(oracle(five), oracle(six));
        assertThat(moved).as("moved of %s", CONNECTIONS).isBetween(1, CONNECTIONS / 3);
        for (Ends ends : new RandomEnds(cluster.lab().topology(), 62).next(Vips.IPV4, 80, 50)) {
            assertThat(cluster.client().askTcp(ends).pod())
                    .isEqualTo(oracle(six).server(Oracles.flow(ends, Oracles.TCP)));
        }
    }

    @Test
    void connectionsOfUnmovedBucketsLiveWhenAServerIsRemoved() throws IOException {
        List<Pod> six = cluster.pods().subList(0, 6);
        List<Pod> five = cluster.pods().subList(1, 6);
        declareServers(six);
        openConnections(63);

        declareServers(five);

        int moved = assertUnmovedLive(oracle(six), oracle(five));
        assertThat(moved).as("moved of %s", CONNECTIONS).isBetween(1, CONNECTIONS / 3);
    }

    @Test
    void noConnectionIsHarmedWhenAnotherBalancerComesAndGoes() throws IOException {
        List<Pod> pods = cluster.pods();
        declareServers(pods);
        openConnections(64);

        cluster.declare(d -> d.balancer(
                        "web",
                        b -> b.vip(0).port("TCP", 80, Cluster.TARGET_PORT).servers(pods))
                .balancer(
                        "more",
                        b -> b.vip(1).port("TCP", 80, Cluster.TARGET_PORT).servers(pods)));
        assertThat(assertUnmovedLive(oracle(pods), oracle(pods))).isZero();
        assertThat(cluster.client()
                        .askTcp(dev.hashlb.e2e.lab.Topology.vipIpv4(1), 80)
                        .pod())
                .isNotEmpty();

        declareServers(pods);
        assertThat(assertUnmovedLive(oracle(pods), oracle(pods))).isZero();
        assertThat(cluster.client().pings(dev.hashlb.e2e.lab.Topology.vipIpv4(1)))
                .isFalse();
    }

    @Test
    void aBadFileIsRefusedAndTheOldStateStays() throws IOException {
        List<Pod> pods = cluster.pods();
        declareServers(pods);
        openConnections(65);
        String good = Files.readString(cluster.file());
        Map<DataPlaneProcess, Double> refusedBefore = new LinkedHashMap<>();
        cluster.dataPlanes().values().forEach(plane -> refusedBefore.put(plane, refused(plane)));

        Declaration.write(cluster.file(), good.replace("port: 80,", "port: 80000,"));

        refusedBefore.forEach((plane, before) ->
                await().alias(plane + " refuses").atMost(Cluster.SOON).until(() -> refused(plane) > before));
        cluster.dataPlanes().values().forEach(plane -> {
            assertThat(plane.isReady()).isTrue();
            assertThat(plane.log()).contains("80000");
        });
        assertThat(assertUnmovedLive(oracle(pods), oracle(pods))).isZero();
        assertThat(cluster.client().askTcp(Vips.IPV6, 80).pod()).isNotEmpty();

        // The same file again, then a change that is good: it is taken as if nothing had been.
        Declaration.write(cluster.file(), good);
        declareServers(pods.subList(0, 1));
        assertThat(cluster.client().askTcp(Vips.IPV4, 80).pod())
                .isEqualTo(pods.getFirst().name());
    }

    private static double refused(DataPlaneProcess plane) {
        return plane.metrics().sum("hashlb_snapshot_refused_total");
    }

    @Test
    void aTransferGoesOnWhileTheFileChangesAgainAndAgain() throws IOException {
        List<Pod> pods = cluster.pods();
        declareServers(pods);
        long length = 192L << 20;
        int reloads = 6;
        var done = new AtomicInteger();
        try (SocketChannel socket = cluster.client().connect(Vips.IPV4, 80)) {
            String pod = Client.ask(socket).pod();
            Lines.write(socket, "get " + length);
            // Every second file has a server less, but never the one that the transfer comes from.
            String received = Transfer.receive(socket, length, bytes -> {
                if (done.get() < reloads && bytes > length / (reloads + 1) * (done.get() + 1)) {
                    boolean all = done.getAndIncrement() % 2 == 1;
                    declareServers(
                            all
                                    ? pods
                                    : pods.stream()
                                            .filter(p -> p.name().equals(pod) || !p.equals(pods.getLast()))
                                            .toList());
                }
            });
            assertThat(received).isEqualTo(Lines.read(socket));
        }
        assertThat(done).hasValue(reloads);
    }

    @Test
    void movedConnectionsAreEndedByAReset() throws IOException {
        List<Pod> one = cluster.pods().subList(0, 1);
        List<Pod> another = cluster.pods().subList(1, 2);
        declareServers(one);
        openConnections(66);

        declareServers(another);

        for (SocketChannel socket : open.values()) {
            assertThatThrownBy(() -> Client.ask(socket)).isInstanceOf(IOException.class);
        }
    }
}

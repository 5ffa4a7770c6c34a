package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.suite.Client.Ends;
import dev.hashlb.e2e.traffic.PacketSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections that are just ending when their bucket moves, losses, and floods while chains are in use. */
class ChainEdgesIT {
    private static final int FLOWS = 40;
    private static final int FLOOD_PACKETS = 100_000;
    private static final long FLOOD_SEED = 611;

    private static Cluster cluster;
    private ChangingServers servers;

    @BeforeAll
    static void open() {
        cluster = ChangingServers.cluster();
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @BeforeEach
    void start() {
        servers = new ChangingServers(cluster, "Address");
    }

    /** The server ended them, so TIME_WAIT is there; the same ports connect again when another server has the bucket. */
    @Test
    void portsOfClosedConnectionsAreUsedAgainAtTheNewOwner() throws IOException {
        servers.serve(3);
        List<Ends> flows = flows(604);
        Map<Ends, String> before = new HashMap<>();
        for (Ends ends : flows) {
            try (SocketChannel connection = cluster.client().connect(ends)) {
                before.put(ends, Client.ask(connection).pod());
                Lines.write(connection, "bye");
                assertThat(Lines.read(connection)).isEmpty();
            }
        }
        assertThat(servers.first(3)).anyMatch(pod -> TcpSockets.count(pod, "time-wait") > 0);
        servers.serve(9);
        int moved = 0;
        for (Ends ends : flows) {
            String pod = cluster.client().askTcp(ends).pod();
            moved += pod.equals(before.get(ends)) ? 0 : 1;
        }
        assertThat(moved).isPositive();
    }

    /**
     * The port's connection before has left TIME_WAIT at the server that the bucket goes back to: that is no socket of the new one, which another
     * server has.
     */
    @Test
    void timeWaitOfAPortsLastConnectionDoesNotTakeItsNextOne() throws IOException {
        servers.serve(3);
        List<Ends> flows = flows(608);
        for (Ends ends : flows) {
            endedByItsServer(ends).close();
        }
        servers.serve(9);
        Map<SocketChannel, String> connections = new HashMap<>();
        for (Ends ends : flows) {
            SocketChannel connection = cluster.client().connect(ends);
            connections.put(connection, Client.ask(connection).pod());
        }
        assertThat(connections)
                .as("moved")
                .containsValue(servers.first(9).getLast().name());
        servers.serve(3);
        // Before TIME_WAIT is over, after which any of them would be answered.
        Map<SocketChannel, CompletableFuture<String>> answers = new HashMap<>();
        connections
                .keySet()
                .forEach(c -> answers.put(c, CompletableFuture.supplyAsync(() -> ask(c), Thread::startVirtualThread)));
        await().atMost(Cluster.SOON).until(() -> answers.values().stream().allMatch(CompletableFuture::isDone));
        for (SocketChannel connection : connections.keySet()) {
            assertThat(answers.get(connection).join()).isEqualTo(connections.get(connection));
            Client.reset(connection);
        }
    }

    /** The last ACK is lost, the bucket moves, and the client sends its FIN again: it is in TIME_WAIT there where it was, and nowhere else. */
    @Test
    void finThatIsRepeatedAfterTheBucketMovedIsAcknowledged() throws IOException {
        servers.serve(2);
        String gateway = cluster.lab().topology().gatewayNamespace();
        List<SocketChannel> connections = new ArrayList<>();
        for (Ends ends : flows(609)) {
            connections.add(endedByItsServer(ends));
        }
        nft(
                gateway,
                "add table inet edges; add counter inet edges resets; "
                        + "add chain inet edges way { type filter hook forward priority 0; }; "
                        + "add rule inet edges way tcp sport 80 tcp flags & (fin | syn | rst | ack) == ack drop");
        for (SocketChannel connection : connections) {
            connection.close();
        }
        await().atMost(Cluster.SOON).until(() -> socketsOfFirst(2, "time-wait") >= FLOWS);
        servers.serve(10);
        nft(
                gateway,
                "flush chain inet edges way; add rule inet edges way tcp sport 80 tcp flags & rst == rst counter name resets");

        String client = cluster.lab().topology().clientNamespace();
        await().atMost(Cluster.SOON).until(() -> TcpSockets.count(client, "last-ack", "dport", 80) == 0);
        assertThat(Command.runIn(gateway, "nft", "list", "counter", "inet", "edges", "resets"))
                .contains("packets 0 ");
        nft(gateway, "delete table inet edges");
    }

    /** FIN and RST find the socket, too: nothing is left behind at the servers from which buckets moved. */
    @Test
    void serversHearThatTheirMovedConnectionsEnd() throws IOException {
        servers.serve(2);
        List<SocketChannel> connections = new ArrayList<>();
        for (Ends ends : flows(605)) {
            connections.add(cluster.client().connect(ends));
            Client.ask(connections.getLast());
        }
        servers.serve(10);
        for (int i = 0; i < connections.size(); i++) {
            if (i % 2 == 0) {
                Client.reset(connections.get(i));
            } else {
                connections.get(i).close();
            }
        }
        await().atMost(Cluster.SOON).untilAsserted(() -> {
            for (Pod pod : servers.first(2)) {
                assertThat(TcpSockets.count(pod, "established") + TcpSockets.count(pod, "close-wait"))
                        .as(pod.name())
                        .isZero();
            }
        });
    }

    /** Each end has sent its FIN before it sees the other's (RFC 9293, figure 13): then both go through CLOSING to TIME_WAIT. */
    @Test
    void movedConnectionsCloseWhenBothEndsCloseAtOnce() throws IOException {
        servers.serve(2);
        List<SocketChannel> connections = new ArrayList<>();
        for (Ends ends : flows(606)) {
            connections.add(cluster.client().connect(ends));
            Client.ask(connections.getLast());
        }
        servers.serve(10);
        String gateway = cluster.lab().topology().gatewayNamespace();
        nft(
                gateway,
                "add table inet edges; add chain inet edges way { type filter hook forward priority 0; }; "
                        + "add rule inet edges way tcp dport 80 tcp flags & fin == fin drop; "
                        + "add rule inet edges way tcp sport 80 tcp flags & fin == fin drop");
        for (SocketChannel connection : connections) {
            Lines.write(connection, "bye");
        }
        await().atMost(Cluster.SOON).until(() -> socketsOfFirst(2, "fin-wait-1") == FLOWS);
        Set<Integer> clientPorts = new HashSet<>();
        for (SocketChannel connection : connections) {
            clientPorts.add(connection.socket().getLocalPort());
            connection.close();
        }
        nft(gateway, "delete table inet edges");

        String client = cluster.lab().topology().clientNamespace();
        await().atMost(Cluster.SOON).untilAsserted(() -> {
            assertThat(servers.first(2).stream()
                            .flatMap(pod -> TcpSockets.peerPorts(pod, "time-wait"))
                            .filter(clientPorts::contains))
                    .as("of %s", clientPorts)
                    .hasSize(FLOWS);
            assertThat(TcpSockets.count(client, "time-wait", "dport", 80)).isGreaterThanOrEqualTo(FLOWS);
            assertThat(TcpSockets.count(client, "fin-wait-1", "dport", 80)).isZero();
        });
    }

    /** Nothing of a connection but its bucket's chain says where it is, however long it has been silent, and whatever came in between. */
    @Test
    void keepalivesOfSilentConnectionsFindTheirServersAfterManyChanges() throws IOException {
        servers.serve(2);
        List<SocketChannel> connections = new ArrayList<>();
        for (Ends ends : flows(607)) {
            SocketChannel connection = cluster.client().connect(ends);
            connection.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            connection.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 1);
            connection.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 1);
            connection.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 5);
            Client.ask(connection);
            connections.add(connection);
        }
        for (int count : new int[] {4, 3, 6, 1, 7, 2, 9, 10}) {
            servers.serve(count);
        }
        // Five that are not answered end a connection; with so many more, all have been.
        long before = keepalives();
        await().atMost(Cluster.SOON).until(() -> keepalives() >= before + 8L * FLOWS);
        for (SocketChannel connection : connections) {
            assertThat(Client.ask(connection).pod()).isIn(servers.firstNames(2));
            connection.close();
        }
    }

    @Test
    void noneBreaksThoughTheTunnelLosesEveryTwentiethPacket() throws IOException {
        servers.serve(3);
        var lan = cluster.node("r1").namespace();
        nft(
                lan,
                "add table inet edges; add chain inet edges out { type filter hook output priority 0; }; "
                        + "add rule inet edges out udp dport 6082 numgen random mod 100 < 5 drop");
        try (var open = new OpenConnections()) {
            servers.open(open, 60);
            for (int count : new int[] {6, 2, 10, 3}) {
                servers.serve(count);
                open.awaitExchanges();
                assertThat(open.broken()).isEmpty();
            }
        } finally {
            nft(lan, "delete table inet edges");
        }
    }

    @Test
    void aFloodOfStrayAcknowledgementsBreaksNothing() throws IOException {
        servers.serve(3);
        try (var open = new OpenConnections()) {
            servers.open(open, 60);
            servers.serve(8);
            servers.open(open, 60);
            double lookups = cluster.metric("hashlb_chain_lookups_total");
            flood();
            open.awaitExchanges();
            assertThat(open.broken()).isEmpty();
            assertThat(cluster.metric("hashlb_chain_lookups_total")).isGreaterThan(lookups + FLOOD_PACKETS / 10.0);
            assertThat(cluster.metric("hashlb_chain_unclaimed_total")).isPositive();
        }
    }

    private static void flood() {
        System.out.println("the flood is made from seed " + FLOOD_SEED);
        var random = new SplittableRandom(FLOOD_SEED);
        String mac = PacketSocket.macOf(cluster.node("r1").namespace(), "eth0");
        try (var socket = new PacketSocket(cluster.lab().topology().gatewayNamespace(), "lan", mac)) {
            for (int i = 0; i < FLOOD_PACKETS; i++) {
                socket.send(StraySegment.acknowledgement("192.0.2.9", Vips.IPV4, 80, random), false);
            }
        }
    }

    /** A connection that the server has closed, and this end not yet. */
    private static SocketChannel endedByItsServer(Ends ends) throws IOException {
        SocketChannel connection = cluster.client().connect(ends);
        Client.ask(connection);
        Lines.write(connection, "bye");
        assertThat(Lines.read(connection)).isEmpty();
        return connection;
    }

    private static List<Ends> flows(long seed) {
        return new RandomEnds(cluster.lab().topology(), seed).next(Vips.IPV4, 80, FLOWS);
    }

    private static String ask(SocketChannel connection) {
        try {
            return Client.ask(connection).pod();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long socketsOfFirst(int pods, String state) {
        return TcpSockets.count(servers.first(pods), state);
    }

    /** Probes that the client's kernel has sent so far. */
    private static long keepalives() {
        String counters = Command.runIn(cluster.lab().topology().clientNamespace(), "cat", "/proc/net/netstat");
        List<String[]> tcp = counters.lines()
                .filter(line -> line.startsWith("TcpExt:"))
                .map(line -> line.split(" ", -1))
                .toList();
        return Long.parseLong(tcp.get(1)[List.of(tcp.get(0)).indexOf("TCPKeepAlive")]);
    }

    private static void nft(String namespace, String commands) {
        Command.runIn(namespace, "nft", commands);
    }
}

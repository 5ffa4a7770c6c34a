package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that are just beginning when their bucket moves. */
@Timeout(120)
class HandshakesIT {
    private static final int FLOWS = 40;

    private static final String MARK_SYN_ACKS =
            "add table inet edges; add chain inet edges out { type filter hook postrouting priority 0; }; "
                    + "add rule inet edges out tcp flags & (syn | ack) == (syn | ack) ip dscp set cs1";
    private static final String DROP_MARKED =
            "add table inet edges; add chain inet edges way { type filter hook forward priority 0; }; "
                    + "add rule inet edges way tcp flags & (syn | ack) == (syn | ack) ip dscp cs1 drop";

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

    /** What a test that failed has left. */
    @AfterEach
    void letAllPass() {
        Stream.concat(
                        Stream.of(
                                cluster.lab().topology().gatewayNamespace(),
                                cluster.lab().topology().clientNamespace()),
                        cluster.pods().stream().map(Pod::namespace))
                .forEach(namespace -> nft(namespace, "add table inet edges; delete table inet edges"));
    }

    /** The server sends its SYN-ACK again, since no ACK came; the ACK then goes to the new owner first, who does not know it. */
    @Test
    void halfOpenConnectionsAreCompletedAtTheServerThatHasThem() throws IOException {
        servers.serve(3);
        String client = cluster.lab().topology().clientNamespace();
        nft(
                client,
                "add table inet edges; add chain inet edges out { type filter hook output priority 0; }; "
                        + "add rule inet edges out tcp dport 80 tcp flags & (syn | ack) == ack drop");
        List<SocketChannel> connections = new ArrayList<>();
        try {
            for (Ends ends : flows(601)) {
                connections.add(cluster.client().connect(ends));
            }
            servers.serve(9);
            nft(client, "delete table inet edges");
            for (SocketChannel connection : connections) {
                assertThat(Client.ask(connection).pod()).isIn(servers.firstNames(3));
            }
        } finally {
            for (SocketChannel connection : connections) {
                Client.reset(connection);
            }
        }
    }

    /**
     * The SYN-ACK is lost and the bucket moves, so the client repeats its SYN to the new owner and has its connection there. When the bucket goes back,
     * the server that it comes to has it half-open.
     */
    @Test
    void halfOpenConnectionOfARepeatedSynDoesNotTakeTheOneThatWasMade() throws IOException {
        servers.serve(3);
        List<Pod> first = servers.first(3);
        String gateway = cluster.lab().topology().gatewayNamespace();
        first.forEach(pod -> nft(pod.namespace(), MARK_SYN_ACKS));
        nft(gateway, DROP_MARKED);
        List<CompletableFuture<SocketChannel>> connections = new ArrayList<>();
        for (Ends ends : flows(610)) {
            connections.add(CompletableFuture.supplyAsync(() -> connect(ends), Thread::startVirtualThread));
        }
        await().atMost(Cluster.SOON).until(() -> TcpSockets.count(first, "syn-recv") == FLOWS);
        servers.serve(9);
        await().atMost(Cluster.SOON).until(() -> made(connections).size() > FLOWS / 3);
        List<SocketChannel> elsewhere = made(connections);
        servers.serve(3);
        assertThat(TcpSockets.count(first, "syn-recv"))
                .as("half-open still, those included that were made elsewhere")
                .isEqualTo(FLOWS);
        for (SocketChannel connection : elsewhere) {
            assertThat(Client.ask(connection).pod()).isNotIn(servers.firstNames(3));
        }
        for (SocketChannel connection : made(connections)) {
            Client.reset(connection);
        }
    }

    @Test
    void lostSynIsRepeatedToTheOwnerOfItsTime() throws IOException {
        servers.serve(3);
        String gateway = cluster.lab().topology().gatewayNamespace();
        nft(
                gateway,
                "add table inet edges; add chain inet edges way { type filter hook forward priority 0; }; "
                        + "add rule inet edges way tcp dport 80 tcp flags & (syn | ack) == syn drop");
        List<CompletableFuture<String>> pods = new ArrayList<>();
        for (Ends ends : flows(602)) {
            pods.add(CompletableFuture.supplyAsync(() -> ask(ends), Thread::startVirtualThread));
        }
        servers.serve(8);
        nft(gateway, "delete table inet edges");

        List<String> answered = pods.stream().map(CompletableFuture::join).toList();
        assertThat(answered).anyMatch(pod -> !servers.firstNames(3).contains(pod));
    }

    @Test
    void synCookiesAreAcceptedWhereBucketsHaveSeveralOwners() throws IOException {
        servers.serve(3);
        servers.serve(8);
        cookies("2");
        try {
            for (Ends ends : flows(603)) {
                assertThat(cluster.client().askTcp(ends).pod()).isIn(servers.firstNames(8));
            }
        } finally {
            cookies("1");
        }
    }

    private static List<Ends> flows(long seed) {
        return new RandomEnds(cluster.lab().topology(), seed).next(Vips.IPV4, 80, FLOWS);
    }

    private static SocketChannel connect(Ends ends) {
        try {
            return cluster.client().connect(ends);
        } catch (IOException e) {
            throw new UncheckedIOException(ends.toString(), e);
        }
    }

    private static List<SocketChannel> made(List<CompletableFuture<SocketChannel>> connections) {
        return connections.stream()
                .filter(c -> c.isDone() && !c.isCompletedExceptionally()) // others wait, or have given up
                .map(CompletableFuture::join)
                .toList();
    }

    private static String ask(Ends ends) {
        try {
            return cluster.client().askTcp(ends).pod();
        } catch (IOException e) {
            throw new UncheckedIOException(ends.toString(), e);
        }
    }

    private static void cookies(String when) {
        for (Pod pod : cluster.pods()) {
            Command.runIn(pod.namespace(), "sysctl", "-qw", "net.ipv4.tcp_syncookies=" + when);
        }
    }

    private static void nft(String namespace, String commands) {
        Command.runIn(namespace, "nft", commands);
    }
}

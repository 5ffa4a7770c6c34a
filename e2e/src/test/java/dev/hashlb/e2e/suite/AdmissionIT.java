package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.e2e.lab.Sockets;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.net.ConnectException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may come in, and what is said to those who may not or who find nobody. */
@Timeout(60)
class AdmissionIT {
    private static final int UNDECLARED = 99;
    /** A dropped SYN gets no answer; the kernel would ask for two minutes. */
    private static final int NO_ANSWER_MS = 700;

    private Cluster cluster;

    @BeforeEach
    void shareCluster() {
        cluster = Cluster.shared();
    }

    static List<String> vips() {
        return Vips.both();
    }

    private Ends from(String vip, int client, int sourcePort, int port) {
        return Ends.of(Vips.clientAddress(cluster.lab().topology(), vip, client), sourcePort, vip, port);
    }

    private void assertRefused(Ends ends) {
        assertThatThrownBy(() -> cluster.client().askTcp(ends)).isInstanceOf(ConnectException.class);
    }

    private void assertUnreachable(Ends ends) throws IOException {
        try (DatagramChannel socket = cluster.client().udp(ends)) {
            assertThatThrownBy(() -> Client.exchange(socket, "who".getBytes(StandardCharsets.US_ASCII)))
                    .isInstanceOf(PortUnreachableException.class);
        }
    }

    private void assertNoAnswer(Ends ends) throws IOException {
        try (SocketChannel socket = Sockets.tcp(cluster.client().namespace(), ends.destinationAddress())) {
            socket.bind(ends.source());
            assertThatThrownBy(() -> socket.socket().connect(ends.destination(), NO_ANSWER_MS))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("vips")
    void onlyClientsOfTheSourceRangesComeIn(String vip) throws IOException {
        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .spec("sourceRanges: [\"192.0.2.8/32\", \"2001:db8:c::8/128\"]")
                        .servers(cluster.pods())));
        double before = cluster.dropped("source_range");

        assertThat(cluster.client().askTcp(from(vip, 1, 5000, 80)).pod()).isNotEmpty();
        assertNoAnswer(from(vip, 0, 5001, 80));
        cluster.awaitDropped("source_range", before + 1);
    }

    @ParameterizedTest
    @MethodSource("vips")
    void anUndeclaredPortIsRefusedAtOnce(String vip) throws IOException {
        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .port("UDP", 80, Cluster.TARGET_PORT)
                        .servers(cluster.pods())));

        assertRefused(from(vip, 0, 5010, UNDECLARED));
        assertUnreachable(from(vip, 0, 5011, UNDECLARED));
    }

    @ParameterizedTest
    @MethodSource("vips")
    void anUndeclaredPortIsDroppedWhereThatIsWanted(String vip) throws IOException {
        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .spec("undeclaredPorts: Drop")
                        .servers(cluster.pods())));
        double before = cluster.dropped("undeclared_port");

        assertNoAnswer(from(vip, 0, 5020, UNDECLARED));
        cluster.awaitDropped("undeclared_port", before + 1);
    }

    @ParameterizedTest
    @MethodSource("vips")
    void anEmptyListIsRefusedAtOnceAndServesAgainWhenItIsFilled(String vip) throws IOException {
        cluster.declare(d -> d.balancer(
                "web", b -> b.vip(0).port("TCP", 80, Cluster.TARGET_PORT).port("UDP", 80, Cluster.TARGET_PORT)));
        assertRefused(from(vip, 0, 5030, 80));
        assertUnreachable(from(vip, 0, 5031, 80));

        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .port("UDP", 80, Cluster.TARGET_PORT)
                        .server(cluster.pod("n1p1"))));
        assertThat(cluster.client().askTcp(from(vip, 0, 5032, 80)).pod()).isEqualTo("n1p1");
        assertThat(cluster.client().askUdp(from(vip, 0, 5033, 80), "who").pod()).isEqualTo("n1p1");
    }
}

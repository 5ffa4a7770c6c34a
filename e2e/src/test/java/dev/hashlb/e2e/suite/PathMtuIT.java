package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A link of the path is narrower than both ends know: the ICMP errors that say so are addressed to the VIP, and must reach
 * the server whose packet was too large. Each test has a client address of its own, since kernels remember a path's MTU; and
 * it downloads before anything else, since an upload would teach the client.
 */
@Timeout(90)
class PathMtuIT {
    private static final int NARROW_BYTES = 1300;
    private static final int LENGTH_BYTES = 4 << 20;

    private Cluster cluster;

    @BeforeEach
    void narrowTheWanLink() {
        cluster = Cluster.shared();
        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .port("UDP", 80, Cluster.TARGET_PORT)
                        .port("TCP", 81, Cluster.TARGET_PORT + 1, "Nat")
                        .servers(cluster.pods())));
        cluster.lab().setWanMtu(NARROW_BYTES);
    }

    @AfterEach
    void widenTheWanLink() {
        cluster.lab().setWanMtu(1500);
    }

    static List<String> vips() {
        return Vips.both();
    }

    private Ends from(String vip, int client, int sourcePort, int port) {
        return Ends.of(Vips.clientAddress(cluster.lab().topology(), vip, client), sourcePort, vip, port);
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aDownloadThroughANarrowLinkCompletes(String vip) throws IOException {
        try (SocketChannel socket = cluster.client().connect(from(vip, 20, 4000, 80))) {
            download(socket);
        }
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aDownloadFromBehindNatCompletesToo(String vip) throws IOException {
        try (var servers = new PodServers()) {
            cluster.pods().forEach(pod -> servers.tcp(pod, Cluster.TARGET_PORT + 1));
            try (SocketChannel socket = cluster.client().connect(from(vip, 21, 4001, 81))) {
                download(socket);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("vips")
    void anUploadThroughANarrowLinkCompletes(String vip) throws IOException {
        try (SocketChannel socket = cluster.client().connect(from(vip, 22, 4002, 80))) {
            Lines.write(socket, "put " + LENGTH_BYTES);
            String sent = Transfer.send(socket, LENGTH_BYTES, bytes -> {});
            assertThat(sent).isEqualTo(Lines.read(socket));
        }
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aLargeUdpAnswerGetsThroughOnceItsSenderKnows(String vip) throws IOException {
        try (DatagramChannel socket = cluster.client().udp(from(vip, 23, 4003, 80))) {
            byte[] request = "size 1400 ".getBytes(StandardCharsets.US_ASCII);
            assertThat(Client.exchange(socket, request)).hasSize(1400);
        }
    }

    private static void download(SocketChannel socket) throws IOException {
        Lines.write(socket, "get " + LENGTH_BYTES);
        String received = Transfer.receive(socket, LENGTH_BYTES, bytes -> {});
        assertThat(received).isEqualTo(Lines.read(socket));
    }
}

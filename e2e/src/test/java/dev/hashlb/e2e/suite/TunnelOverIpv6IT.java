package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.Topology;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nodes that know each other by IPv6 addresses: the tunnel takes more room, and carries packets of both families. */
@Timeout(60)
class TunnelOverIpv6IT {
    private static final long LENGTH_BYTES = 64L << 20;

    private static Cluster cluster;

    @BeforeAll
    static void open() {
        cluster = Cluster.open(t -> t.router("r1").node("n1", 2), true);
        cluster.declare(d -> d.tunnelOverIpv6()
                .balancer(
                        "web",
                        b -> b.vip(0)
                                .port("TCP", 80, Cluster.TARGET_PORT)
                                .port("UDP", 80, Cluster.TARGET_PORT)
                                .servers(cluster.pods())));
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    static List<String> vips() {
        return Vips.both();
    }

    private static Ends from(String vip, int sourcePort) {
        Topology topology = cluster.lab().topology();
        return Ends.of(Vips.clientAddress(topology, vip, 0), sourcePort, vip, 80);
    }

    @ParameterizedTest
    @MethodSource("vips")
    void bulkDataArrivesWholeInBothDirections(String vip) throws IOException {
        try (SocketChannel socket = cluster.client().connect(from(vip, 8000))) {
            Lines.write(socket, "put " + LENGTH_BYTES);
            assertThat(Transfer.send(socket, LENGTH_BYTES, bytes -> {})).isEqualTo(Lines.read(socket));
            Lines.write(socket, "get " + LENGTH_BYTES);
            assertThat(Transfer.receive(socket, LENGTH_BYTES, bytes -> {})).isEqualTo(Lines.read(socket));
        }
        assertThat(cluster.outcomes("tunnelled")).isPositive();
    }

    @ParameterizedTest
    @MethodSource("vips")
    void datagramsOfEverySizeAreAnswered(String vip) throws IOException {
        for (int length : new int[] {3, 1380, 1408, 1452, 1472, 4000}) {
            Answer answer = cluster.client().askUdp(from(vip, 8100 + length), "x".repeat(length));
            assertThat(answer.lengthBytes()).isEqualTo(length);
        }
    }
}

package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bulk data arrives whole, in both directions. */
@Timeout(180)
class TransferIT {
    private static final long GIBIBYTE = 1L << 30;

    private static Cluster cluster;

    @BeforeAll
    static void declare() {
        cluster = Cluster.shared();
        cluster.declare(d -> d.balancer(
                "web", b -> b.vip(0).port("TCP", 80, Cluster.TARGET_PORT).servers(cluster.pods())));
    }

    static List<String> vips() {
        return Vips.both();
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aGibibyteFromTheServerArrivesWhole(String vip) throws IOException {
        try (SocketChannel socket = cluster.client().connect(vip, 80)) {
            Lines.write(socket, "get " + GIBIBYTE);
            String received = Transfer.receive(socket, GIBIBYTE, bytes -> {});
            assertThat(received).isEqualTo(Lines.read(socket));
        }
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aGibibyteToTheServerArrivesWhole(String vip) throws IOException {
        try (SocketChannel socket = cluster.client().connect(vip, 80)) {
            Lines.write(socket, "put " + GIBIBYTE);
            String sent = Transfer.send(socket, GIBIBYTE, bytes -> {});
            assertThat(sent).isEqualTo(Lines.read(socket));
        }
    }
}

package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A router dies in the middle of connections, and the route moves to another, which has never seen them. */
@Timeout(120)
class RouterFailureIT {
    private static final long LENGTH_BYTES = 256L << 20;

    private Cluster cluster;

    @BeforeEach
    void declare() {
        cluster = Cluster.shared();
        cluster.declare(d -> d.balancer(
                "web", b -> b.vip(0).port("TCP", 80, Cluster.TARGET_PORT).servers(cluster.pods())));
    }

    static List<String> vips() {
        return Vips.both();
    }

    /** Kills r1 and moves its route to r2, once, when a quarter is through. */
    private LongConsumer killRouterInTheMiddle() {
        var killed = new AtomicBoolean();
        return bytes -> {
            if (bytes > LENGTH_BYTES / 4 && killed.compareAndSet(false, true)) {
                cluster.dataPlane("r1").kill();
                cluster.lab().routeVipsTo(cluster.node("r2"));
            }
        };
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aDownloadGoesOnThroughAnotherRouter(String vip) throws IOException {
        try (SocketChannel socket = cluster.client().connect(vip, 80)) {
            Lines.write(socket, "get " + LENGTH_BYTES);
            String received = Transfer.receive(socket, LENGTH_BYTES, killRouterInTheMiddle());
            assertThat(received).isEqualTo(Lines.read(socket));
        }
        assertThat(cluster.dataPlane("r1").isAlive()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("vips")
    void anUploadGoesOnThroughAnotherRouter(String vip) throws IOException {
        try (SocketChannel socket = cluster.client().connect(vip, 80)) {
            Lines.write(socket, "put " + LENGTH_BYTES);
            String sent = Transfer.send(socket, LENGTH_BYTES, killRouterInTheMiddle());
            assertThat(sent).isEqualTo(Lines.read(socket));
        }
        assertThat(cluster.dataPlane("r1").isAlive()).isFalse();
    }

    /** Equal-cost routes: the packets of different flows come through different routers, and it does not matter. */
    @ParameterizedTest
    @MethodSource("vips")
    void bothRoutersAtOnceGiveAFlowToTheSameServer(String vip) throws IOException {
        var client = cluster.client();
        var ends = new RandomEnds(cluster.lab().topology(), 71).next(vip, 80, 20);
        List<String> throughFirst = Asking.pods(client, ends);
        cluster.lab().routeVipsTo(cluster.node("r2"));
        List<String> throughSecond = Asking.pods(client, ends);
        cluster.lab().routeVipsTo(cluster.node("r1"), cluster.node("r2"));
        List<String> throughEither = Asking.pods(client, ends);

        assertThat(throughSecond).isEqualTo(throughFirst);
        assertThat(throughEither).isEqualTo(throughFirst);
    }
}

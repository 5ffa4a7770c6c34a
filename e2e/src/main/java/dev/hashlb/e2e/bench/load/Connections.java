package dev.hashlb.e2e.bench.load;

import dev.hashlb.e2e.lab.Sockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** Opens short connections as fast as they go: connect, read the greeting and the end, close. */
public final class Connections {
    private static final int THREADS = 8;

    private Connections() {}

    /**
     * Connects for a while.
     *
     * @return connections per second that were greeted
     */
    public static double perSecond(String namespace, InetSocketAddress service, Duration duration) {
        LongAdder greeted = new LongAdder();
        LongAdder failed = new LongAdder();
        long startNs = System.nanoTime();
        long deadlineNs = startNs + duration.toNanos();
        Crew.run(
                THREADS,
                thread -> Sockets.inside(namespace, () -> {
                    ByteBuffer buffer = ByteBuffer.allocateDirect(16);
                    while (System.nanoTime() < deadlineNs) {
                        (connect(service, buffer) ? greeted : failed).increment();
                    }
                    return thread;
                }));
        double seconds = (System.nanoTime() - startNs) / 1e9;
        if (failed.sum() > greeted.sum() / 1000) {
            throw new IllegalStateException(
                    failed.sum() + " of " + (failed.sum() + greeted.sum()) + " connections failed");
        }
        return greeted.sum() / seconds;
    }

    private static boolean connect(InetSocketAddress service, ByteBuffer buffer) {
        try (SocketChannel connection = SocketChannel.open(service)) {
            int bytes = 0;
            for (int n; (n = connection.read(buffer.clear())) >= 0; ) {
                bytes += n;
            }
            return bytes == 1;
        } catch (IOException e) {
            return false; // counted as failed by the caller
        }
    }
}

package dev.hashlb.e2e.bench.load;

import dev.hashlb.e2e.lab.Sockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** Requests of 64 bytes and their echoes over lasting TCP connections. */
public final class RoundTrips {
    private static final int CONNECTIONS = 8;
    private static final int REQUEST_BYTES = 64;
    private static final int MOST_SAMPLES_PER_CONNECTION = 1 << 20;

    private RoundTrips() {}

    /** What was measured at a load of half of what the path can do. */
    public record Latency(double requestsPerSecondAtMost, double p50Us, double p99Us) {}

    /**
     * Finds how many round trips a second the path can do, then sends half as many, evenly spaced, and takes their times. A
     * request that had to wait for the one before it counts from when it was due, so that no stall hides its followers.
     */
    public static Latency atHalfLoad(String namespace, InetSocketAddress service, Duration duration) {
        long[] flatOut = run(namespace, service, duration.dividedBy(2), 0);
        double atMost = flatOut.length / (duration.dividedBy(2).toNanos() / 1e9);
        long intervalNs = (long) (CONNECTIONS * 1e9 / (atMost / 2));
        long[] samplesNs = run(namespace, service, duration, intervalNs);
        Arrays.sort(samplesNs);
        return new Latency(atMost, quantile(samplesNs, 0.50) / 1e3, quantile(samplesNs, 0.99) / 1e3);
    }

    private static double quantile(long[] sorted, double q) {
        return sorted[(int) Math.min(sorted.length - 1L, Math.round(q * sorted.length))];
    }

    private static long[] run(String namespace, InetSocketAddress service, Duration duration, long intervalNs) {
        long[][] samples = new long[CONNECTIONS][];
        Crew.run(CONNECTIONS, i -> samples[i] = connection(namespace, service, duration, intervalNs, i));
        return Arrays.stream(samples).flatMapToLong(Arrays::stream).toArray();
    }

    private static long[] connection(
            String namespace, InetSocketAddress service, Duration duration, long intervalNs, int number) {
        try (SocketChannel socket = Sockets.tcp(namespace, service.getAddress().getHostAddress())) {
            socket.connect(service);
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteBuffer buffer = ByteBuffer.allocateDirect(REQUEST_BYTES);
            long[] samplesNs = new long[MOST_SAMPLES_PER_CONNECTION];
            int taken = 0;
            long endNs = System.nanoTime() + duration.toNanos();
            long dueNs = System.nanoTime() + intervalNs * number / CONNECTIONS;
            while (taken < samplesNs.length && System.nanoTime() < endNs) {
                boolean late = System.nanoTime() > dueNs;
                for (long aheadNs; (aheadNs = dueNs - System.nanoTime()) > 0; ) {
                    LockSupport.parkNanos(aheadNs);
                }
                // A sleep ends late by a timer's slack, which is no fault of the path.
                long startNs = late && intervalNs > 0 ? dueNs : System.nanoTime();
                exchange(socket, buffer);
                samplesNs[taken++] = System.nanoTime() - startNs;
                dueNs = intervalNs > 0 ? dueNs + intervalNs : System.nanoTime();
            }
            return Arrays.copyOf(samplesNs, taken);
        } catch (IOException e) {
            throw new IllegalStateException("a lasting connection to " + service + " broke: " + e.getMessage(), e);
        }
    }

    private static void exchange(SocketChannel socket, ByteBuffer buffer) throws IOException {
        buffer.clear();
        while (buffer.hasRemaining()) {
            socket.write(buffer);
        }
        buffer.clear();
        while (buffer.hasRemaining()) {
            if (socket.read(buffer) < 0) {
                throw new IOException("closed by the other end");
            }
        }
    }
}

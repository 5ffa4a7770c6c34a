package dev.hashlb.e2e.suite;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Datagrams of several flows at a steady rate, and for how long one of them was without an answer. One thread for all. */
final class SteadyQuestions implements AutoCloseable {
    private static final Duration EACH = Duration.ofMillis(20);

    /** What is known of a flow; written by the one thread. */
    private static final class Flow {
        private final AtomicLong answeredNs = new AtomicLong();
        private final AtomicLong longestGapNs = new AtomicLong();

        void answered(long nowNs) {
            long before = answeredNs.get();
            if (before != 0) {
                longestGapNs.accumulateAndGet(nowNs - before, Math::max);
            }
            answeredNs.set(nowNs);
        }
    }

    private final Selector selector;
    private final List<DatagramChannel> sockets = new ArrayList<>();
    private final List<Flow> flows = new ArrayList<>();
    private final Thread thread;
    private volatile boolean stopped;

    /** Begins, and returns when each flow has had an answer. */
    SteadyQuestions(Client client, List<Ends> ends) throws IOException {
        selector = Selector.open();
        for (Ends flow : ends) {
            DatagramChannel socket = client.udp(flow);
            socket.configureBlocking(false);
            Flow state = new Flow();
            socket.register(selector, SelectionKey.OP_READ, state);
            sockets.add(socket);
            flows.add(state);
        }
        thread = Thread.ofPlatform().daemon().name("steady questions").start(this::run);
        awaitAnswers();
    }

    /** Waits until each flow has an answer that came after now. */
    void awaitAnswers() {
        long nowNs = System.nanoTime();
        org.awaitility.Awaitility.await()
                .atMost(Cluster.SOON)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> flows.stream().allMatch(flow -> flow.answeredNs.get() > nowNs));
    }

    /** The longest that a flow was without an answer since the last call. */
    Duration longestGap() {
        return Duration.ofNanos(flows.stream()
                .mapToLong(flow -> flow.longestGapNs.getAndSet(0))
                .max()
                .orElse(0));
    }

    private void run() {
        ByteBuffer buffer = ByteBuffer.allocate(2048);
        long nextNs = System.nanoTime();
        try {
            while (!stopped) {
                for (DatagramChannel socket : sockets) {
                    send(socket);
                }
                nextNs += EACH.toNanos();
                for (long leftMs = left(nextNs); leftMs > 0; leftMs = left(nextNs)) {
                    selector.select(key -> receive(key, buffer), leftMs);
                }
            }
        } catch (IOException e) {
            System.err.println("steady questions: " + e);
        }
    }

    private static long left(long nextNs) {
        return (nextNs - System.nanoTime()) / 1_000_000;
    }

    private static void send(DatagramChannel socket) {
        try {
            socket.write(ByteBuffer.wrap("who".getBytes(US_ASCII)));
        } catch (IOException e) {
            // Told of one before, as "unreachable" while nobody answers for the VIP: what counts is when the next
            // answer comes.
        }
    }

    private static void receive(SelectionKey key, ByteBuffer buffer) {
        try {
            if (((DatagramChannel) key.channel()).read(buffer.clear()) > 0) {
                ((Flow) key.attachment()).answered(System.nanoTime());
            }
        } catch (IOException e) {
            // As above.
        }
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (DatagramChannel socket : sockets) {
            socket.close();
        }
        selector.close();
    }
}

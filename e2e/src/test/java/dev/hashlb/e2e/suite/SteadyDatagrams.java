package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.lab.Sockets;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;

/** Numbered datagrams at a steady rate to a VIP, and who of the pods' sockets got which, and when. */
final class SteadyDatagrams implements AutoCloseable {
    /** The last ones may wait in a queue. */
    private static final Duration LATE = Duration.ofSeconds(2);

    private final List<DatagramChannel> sinks = new ArrayList<>();
    private final Duration each;
    private final DatagramChannel source;
    private final ConcurrentSkipListMap<Long, Long> arrivedNanosByNumber = new ConcurrentSkipListMap<>();
    private final Thread sender;
    private volatile boolean stopped;
    private long sent;

    /**
     * What came of it.
     *
     * @param sent datagrams
     * @param lost of them
     * @param longestGapMillis between two arrivals
     */
    record Result(long sent, long lost, long longestGapMillis) {}

    /** Begins to send one each so often, and returns when the first has arrived. */
    SteadyDatagrams(Cluster cluster, String vip, int port, List<Pod> pods, int targetPort, Duration each)
            throws IOException {
        this.each = each;
        for (Pod pod : pods) {
            DatagramChannel sink = Sockets.udp(pod.namespace(), "::");
            sink.setOption(StandardSocketOptions.SO_RCVBUF, 4 << 20);
            sink.bind(Sockets.at("::", targetPort));
            sinks.add(sink);
            Thread.ofPlatform().daemon().name("sink " + pod.name()).start(() -> receive(sink));
        }
        source = Sockets.udp(cluster.client().namespace(), vip);
        source.connect(Sockets.at(vip, port));
        sender = Thread.ofPlatform().daemon().name("steady datagrams").start(this::send);
        while (arrivedNanosByNumber.isEmpty()) {
            LockSupport.parkNanos(each.toNanos());
        }
    }

    /** Stops, waits for those that are under way, and counts from the first that arrived. */
    Result stop() throws InterruptedException {
        stopped = true;
        sender.join();
        Thread.sleep(LATE);
        long first = arrivedNanosByNumber.firstKey();
        long gap = 0;
        long before = arrivedNanosByNumber.get(first);
        for (long at : arrivedNanosByNumber.values()) {
            gap = Math.max(gap, at - before);
            before = at;
        }
        long counted = sent - first;
        return new Result(counted, counted - arrivedNanosByNumber.size(), gap / 1_000_000);
    }

    private void send() {
        ByteBuffer datagram = ByteBuffer.allocate(Long.BYTES);
        long next = System.nanoTime();
        while (!stopped) {
            try {
                source.write(datagram.clear().putLong(sent).flip());
            } catch (IOException e) {
                // An ICMP error about one before: it counts as lost, as whatever does not arrive.
            }
            sent++;
            next += each.toNanos();
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private void receive(DatagramChannel sink) {
        ByteBuffer datagram = ByteBuffer.allocate(64);
        while (true) {
            try {
                sink.receive(datagram.clear());
                arrivedNanosByNumber.putIfAbsent(datagram.flip().getLong(), System.nanoTime());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                System.err.println("sink: " + e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        source.close();
        for (DatagramChannel sink : sinks) {
            sink.close();
        }
    }
}

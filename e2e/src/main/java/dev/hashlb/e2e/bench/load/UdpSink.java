package dev.hashlb.e2e.bench.load;

import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.ReceiveBatch;
import dev.hashlb.agent.linux.UdpSocket;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.e2e.lab.Sockets;
import java.util.concurrent.locks.LockSupport;

/** A UDP service that counts datagrams and drops them; it takes what the kernel has joined as it comes (UDP_GRO). */
public final class UdpSink implements AutoCloseable {
    private static final int SLOTS = 32;
    private static final int BUFFER_BYTES = 8 << 20;
    /** Between looks at an empty socket; long while nothing comes, so that the sink costs the other measurements nothing. */
    private static final long BUSY_PAUSE_NS = 200_000;

    private static final long IDLE_PAUSE_NS = 10_000_000;
    private static final int LOOKS_UNTIL_IDLE = 100;
    private static final String ANY = "0.0.0.0";

    private final UdpSocket socket;
    private final Thread thread;
    private volatile boolean closing;
    private volatile long datagrams;

    private UdpSink(UdpSocket socket) {
        this.socket = socket;
        this.thread = Thread.ofPlatform().daemon().name("udp-sink").unstarted(this::receive);
    }

    /** Starts on all addresses of a namespace. */
    public static UdpSink start(String namespace, int port) {
        UdpSink sink =
                new UdpSink(Sockets.inside(namespace, () -> UdpSocket.open(IpAddress.parse(ANY), port, BUFFER_BYTES)));
        sink.thread.start();
        return sink;
    }

    private void receive() {
        try (ReceiveBatch batch = new ReceiveBatch(SLOTS, 1 << 16, 0)) {
            int emptyLooks = 0;
            while (!closing) {
                int messages = batch.receive(socket.fd());
                if (messages < 0) {
                    if (messages != -Errno.EAGAIN && messages != -Errno.EINTR) {
                        throw new IllegalStateException("recvmmsg of the UDP sink: " + Errno.name(-messages));
                    }
                    LockSupport.parkNanos(++emptyLooks < LOOKS_UNTIL_IDLE ? BUSY_PAUSE_NS : IDLE_PAUSE_NS);
                } else {
                    emptyLooks = 0;
                    take(batch, messages);
                }
            }
        }
    }

    // Only this thread writes the counters.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void take(ReceiveBatch batch, int messages) {
        long count = 0;
        for (int i = 0; i < messages; i++) {
            int segment = Math.max(1, batch.segmentSizeBytes(i));
            count += (batch.lengthBytes(i) + segment - 1L) / segment;
        }
        datagrams += count;
    }

    /** Datagrams received so far. */
    public long datagrams() {
        return datagrams;
    }

    /** Waits until no more datagrams come. */
    public void awaitQuiet() throws InterruptedException {
        long before;
        do {
            before = datagrams;
            Thread.sleep(50);
        } while (datagrams != before);
    }

    @Override
    public void close() throws InterruptedException {
        closing = true;
        thread.join();
        socket.close();
    }
}

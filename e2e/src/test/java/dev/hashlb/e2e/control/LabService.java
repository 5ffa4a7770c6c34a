package dev.hashlb.e2e.control;

import dev.hashlb.e2e.lab.Sockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a Service's address is in a cluster: who connects to it in the lab speaks with one of the processes outside, each in turn.
 * One that does not listen is as one that ends the connection at once.
 */
final class LabService implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final ServerSocketChannel listening;
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile List<InetSocketAddress> backends = List.of();

    /** Listens in a namespace of the lab; nobody answers there yet. */
    LabService(String namespace, String address, int port) {
        listening = Sockets.listen(namespace, address, port);
        Thread.ofVirtual().name("service").start(this::accept);
    }

    /** Leads new connections to these; what is open stays. */
    void leadTo(List<InetSocketAddress> processes) {
        backends = List.copyOf(processes);
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = listening.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed: nobody is served any more.
        }
    }

    private void serve(SocketChannel client) {
        List<InetSocketAddress> now = backends;
        try (client) {
            open.add(client);
            if (!now.isEmpty()) {
                try (SocketChannel process =
                        SocketChannel.open(now.get(Math.floorMod(turn.getAndIncrement(), now.size())))) {
                    open.add(process);
                    Thread back = Thread.ofVirtual().start(() -> copy(process, client));
                    copy(client, process);
                    back.join();
                    open.remove(process);
                }
            }
        } catch (IOException e) {
            // The process is not there: the client sees its connection end.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    /** Until either end is gone, which ends the other one too. */
    private static void copy(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (from;
                to) {
            while (from.read(buffer.clear()) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
            }
        } catch (IOException e) {
            // A connection that breaks is one that ends.
        }
    }

    /** Ends all connections. */
    @Override
    public void close() throws IOException {
        listening.close();
        for (Channel channel : open) {
            channel.close();
        }
    }
}

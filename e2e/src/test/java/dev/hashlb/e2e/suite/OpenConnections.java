package dev.hashlb.e2e.suite;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Connections that stay open and are used without a pause: about three times a second each fetches a block, of which every byte is
 * checked, and asks who answers, which must always be the same pod.
 */
final class OpenConnections implements AutoCloseable {
    private static final int BLOCK_BYTES = 3_000;
    private static final Duration PAUSE = Duration.ofMillis(300);
    private static final Duration ALL_WITHIN = Duration.ofSeconds(60);

    /** One connection; its thread alone writes. */
    static final class Connection {
        private final SocketChannel socket;
        private final String pod;
        private final AtomicInteger exchanges = new AtomicInteger();
        private volatile String broken = "";

        private Connection(SocketChannel socket) throws IOException {
            this.socket = socket;
            this.pod = Client.ask(socket).pod();
        }

        String pod() {
            return pod;
        }

        /** Why it ended, or nothing. */
        String broken() {
            return broken;
        }

        /** Sends a line, though an answer may be waited for: whoever only waits is not told that the server is gone. */
        void poke() {
            try {
                Lines.write(socket, "poked");
            } catch (IOException e) {
                // It was told already; its own thread says so.
            }
        }

        private void exchange() throws IOException {
            Lines.write(socket, "get " + BLOCK_BYTES);
            String received = Transfer.receive(socket, BLOCK_BYTES, bytes -> {});
            String sent = Lines.read(socket);
            String now = Client.ask(socket).pod();
            if (!received.equals(sent) || !now.equals(pod)) {
                throw new IOException("of " + pod + ": bytes " + received + " for " + sent + ", answer from " + now);
            }
            exchanges.incrementAndGet();
        }

        private void run() {
            try {
                while (socket.isOpen()) {
                    exchange();
                    Thread.sleep(PAUSE);
                }
            } catch (IOException e) {
                broken = socket.isOpen() ? e.toString() : "";
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public String toString() {
            return socket.socket().getLocalSocketAddress() + " at " + pod + " after " + exchanges + " exchanges: "
                    + broken;
        }
    }

    private final List<Connection> connections = new ArrayList<>();

    /** Opens so many connections more to a VIP. */
    OpenConnections open(Client client, String vip, int port, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            var connection = new Connection(client.connect(vip, port));
            connections.add(connection);
            Thread.ofPlatform().daemon().name("open " + i).start(connection::run);
        }
        return this;
    }

    List<Connection> all() {
        return List.copyOf(connections);
    }

    List<Connection> broken() {
        return connections.stream().filter(c -> !c.broken().isEmpty()).toList();
    }

    /** Waits until each has had an exchange that began after now, or is broken. */
    void awaitExchanges() {
        awaitExchanges(all());
    }

    /** Waits for these only. */
    static void awaitExchanges(List<Connection> connections) {
        List<Integer> before = connections.stream().map(c -> c.exchanges.get()).toList();
        await().atMost(ALL_WITHIN).pollInterval(Duration.ofMillis(20)).until(() -> {
            for (int i = 0; i < before.size(); i++) {
                Connection connection = connections.get(i);
                if (connection.broken().isEmpty() && connection.exchanges.get() < before.get(i) + 2) {
                    return false;
                }
            }
            return true;
        });
    }

    @Override
    public void close() throws IOException {
        for (Connection connection : connections) {
            connection.socket.close();
        }
    }
}

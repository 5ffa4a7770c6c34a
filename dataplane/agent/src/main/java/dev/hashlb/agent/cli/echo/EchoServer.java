package dev.hashlb.agent.cli.echo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on any number of ports, a virtual thread for each port and each connection. */
public final class EchoServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EchoServer.class);
    private static final int BACKLOG = 4096;

    private final List<ServerSocketChannel> listening = new ArrayList<>();
    private final List<DatagramChannel> datagrams = new ArrayList<>();

    /**
     * One party for each open connection, one for each port that is listened on, and one for this server. A port's is gone when its last
     * connection has its own: so none is overlooked that was accepted just before the port was closed.
     */
    private final Phaser connections = new Phaser(1);

    /** What is done with a connection until it ends. */
    interface Conversation {
        void hold(SocketChannel connection) throws IOException;
    }

    /**
     * Listens for connections from now on.
     *
     * @param port 0 for any free one
     * @return the address that it listens on
     */
    InetSocketAddress listen(InetAddress address, int port, Conversation conversation) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.bind(new InetSocketAddress(address, port), BACKLOG);
        } catch (IOException e) {
            server.close();
            throw new IOException(
                    "cannot listen on TCP port " + port + " of " + address.getHostAddress() + ": " + e.getMessage(), e);
        }
        listening.add(server);
        connections.register();
        Thread.ofVirtual().name("accept-" + port).start(() -> accept(server, conversation));
        return (InetSocketAddress) server.getLocalAddress();
    }

    /** As {@link #listen}, for datagrams. */
    InetSocketAddress listen(InetAddress address, int port, UdpEcho echo) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        try {
            channel.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            channel.close();
            throw new IOException(
                    "cannot listen on UDP port " + port + " of " + address.getHostAddress() + ": " + e.getMessage(), e);
        }
        datagrams.add(channel);
        // A platform thread: a virtual one would go through the poller for each datagram.
        Thread.ofPlatform().daemon().name("udp-" + port).start(() -> echo.serve(channel));
        return (InetSocketAddress) channel.getLocalAddress();
    }

    /** Takes no new connections, and waits for those that there are to end, as long as that. */
    public void drain(Duration longest) throws InterruptedException {
        listening.forEach(EchoServer::close);
        int phase = connections.arrive();
        try {
            connections.awaitAdvanceInterruptibly(phase, longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.info("connections are still open after {} s; leaving them", longest.toSeconds());
        }
    }

    @Override
    public void close() {
        listening.forEach(EchoServer::close);
        datagrams.forEach(EchoServer::close);
    }

    private void accept(ServerSocketChannel server, Conversation conversation) {
        while (true) {
            SocketChannel connection;
            try {
                connection = server.accept();
            } catch (ClosedChannelException e) {
                connections.arriveAndDeregister();
                return;
            } catch (IOException e) {
                // Out of file descriptors, or a client that was gone before it was accepted: the next may do.
                LOG.warn("cannot accept a connection: {}", e.getMessage());
                pause();
                continue;
            }
            connections.register();
            Thread.ofVirtual().start(() -> hold(connection, conversation));
        }
    }

    private void hold(SocketChannel connection, Conversation conversation) {
        try (connection) {
            conversation.hold(connection);
        } catch (IOException e) {
            LOG.debug("a connection ended: {}", e.getMessage()); // clients reset connections; that is their right
        } finally {
            connections.arriveAndDeregister();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(Duration.ofMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

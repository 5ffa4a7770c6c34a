package dev.hashlb.e2e.bench.load;

import dev.hashlb.e2e.lab.Sockets;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** The TCP services in the pod: one greets each connection with a byte and closes it, one sends back what it gets. */
public final class PodServices implements AutoCloseable {
    private static final int GREETERS = 2;

    private final ServerSocketChannel greeter;
    private final ServerSocketChannel echo;

    private PodServices(ServerSocketChannel greeter, ServerSocketChannel echo) {
        this.greeter = greeter;
        this.echo = echo;
    }

    /** Starts both on all addresses of a namespace. */
    public static PodServices start(String namespace, int greeterPort, int echoPort) {
        PodServices services = new PodServices(
                Sockets.listen(namespace, "0.0.0.0", greeterPort), Sockets.listen(namespace, "0.0.0.0", echoPort));
        for (int i = 0; i < GREETERS; i++) {
            Thread.ofPlatform().daemon().name("greeter-" + i).start(services::greet);
        }
        Thread.ofPlatform().daemon().name("echo-accept").start(services::acceptEchoes);
        return services;
    }

    private void greet() {
        ByteBuffer greeting = ByteBuffer.allocateDirect(1);
        while (greeter.isOpen()) {
            try (SocketChannel connection = greeter.accept()) {
                connection.write(greeting.clear());
            } catch (IOException e) {
                // The client is gone, or this service is closed: in either case there is nobody to greet.
            }
        }
    }

    private void acceptEchoes() {
        while (echo.isOpen()) {
            try {
                SocketChannel connection = echo.accept();
                Thread.ofPlatform().daemon().name("echo").start(() -> echo(connection));
            } catch (IOException e) {
                // Closed, as the loop's condition tells, or one connection that was gone before it was accepted.
            }
        }
    }

    private static void echo(SocketChannel accepted) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
        try (SocketChannel connection = accepted) {
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            while (connection.read(buffer.clear()) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    connection.write(buffer);
                }
            }
        } catch (IOException e) {
            // The client has dropped the connection, which is how its measurement ends.
        }
    }

    @Override
    public void close() throws IOException {
        greeter.close();
        echo.close();
    }
}

package dev.hashlb.agent.cli.echo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** Sends back every byte. When asked to, a first line says who answers and whom: {@code NAME CLIENT:PORT}. */
final class TcpEcho implements EchoServer.Conversation {
    private static final int FIRST_BUFFER_BYTES = 1 << 10;
    private static final int LARGEST_BUFFER_BYTES = 1 << 16;

    private final String name;
    private final boolean announce;

    TcpEcho(String name, boolean announce) {
        this.name = name;
        this.announce = announce;
    }

    @Override
    public void hold(SocketChannel connection) throws IOException {
        if (announce) {
            String line = name + " " + text((InetSocketAddress) connection.getRemoteAddress()) + "\n";
            write(connection, ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
        }
        ByteBuffer buffer = ByteBuffer.allocate(FIRST_BUFFER_BYTES);
        while (connection.read(buffer) >= 0) {
            // Thousands of idle connections are to cost little, and a fast one is to be fast.
            boolean filled = !buffer.hasRemaining();
            write(connection, buffer.flip());
            buffer = filled && buffer.capacity() < LARGEST_BUFFER_BYTES
                    ? ByteBuffer.allocate(buffer.capacity() * 4)
                    : buffer.clear();
        }
    }

    static void write(SocketChannel connection, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
    }

    /** {@code 192.0.2.7:40000} or {@code [2001:db8::7]:40000}. */
    static String text(InetSocketAddress address) {
        return EchoAddress.of(address) + ":" + address.getPort();
    }
}

package dev.hashlb.e2e.lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The smallest HTTP client: the JDK's cannot open its socket in another network namespace. */
public final class HttpGet {
    private HttpGet() {}

    /** An answer's status code and body. */
    public record Response(int status, String body) {}

    /** Gets a path; empty if nobody answers there. */
    public static Optional<Response> from(String namespace, String address, int port, String path) {
        try (SocketChannel socket = Sockets.tcp(namespace, address)) {
            socket.connect(Sockets.at(address, port));
            return Optional.of(over(socket, path));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Gets a path over a connected socket, to the end of the stream.
     *
     * @throws IOException if the connection breaks or the answer is not HTTP
     */
    public static Response over(SocketChannel socket, String path) throws IOException {
        String request = "GET " + path + " HTTP/1.1\r\nHost: hashlb\r\nConnection: close\r\n\r\n";
        ByteBuffer out = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
        while (out.hasRemaining()) {
            socket.write(out);
        }
        return parse(readAll(socket));
    }

    private static String readAll(SocketChannel socket) throws IOException {
        var bytes = new ByteArrayOutputStream();
        ByteBuffer in = ByteBuffer.allocate(16384);
        while (socket.read(in) >= 0) {
            bytes.write(in.array(), 0, in.position());
            in.clear();
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static Response parse(String text) throws IOException {
        int end = text.indexOf("\r\n\r\n");
        String[] statusLine = text.lines().findFirst().orElse("").split(" ", 3);
        if (end < 0 || statusLine.length < 2 || !statusLine[1].matches("\\d{3}")) {
            throw new IOException(
                    "not an HTTP answer: " + text.lines().findFirst().orElse("nothing"));
        }
        return new Response(Integer.parseInt(statusLine[1]), text.substring(end + 4));
    }
}

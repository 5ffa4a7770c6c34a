package dev.hashlb.e2e.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hashlb.e2e.lab.Sockets;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One HTTP/1.1 connection of the client, kept alive between requests. */
final class HttpConnection implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TIMEOUT_MS = 10_000;

    /** What a server said about a request. */
    record Answer(String server, String clientAddress) {}

    private final SocketChannel socket;
    private final InputStream input;

    private HttpConnection(SocketChannel socket) {
        this.socket = socket;
        this.input = new BufferedInputStream(Channels.newInputStream(socket));
    }

    static HttpConnection open(String namespace, Flow flow) throws IOException {
        SocketChannel socket = Sockets.tcp(namespace, flow.vip());
        try {
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.bind(Sockets.at(flow.clientAddress(), flow.clientPort()));
            socket.socket().connect(Sockets.at(flow.vip(), flow.vipPort()), TIMEOUT_MS);
            return new HttpConnection(socket);
        } catch (IOException e) {
            socket.close();
            throw new IOException(flow.text() + ": " + e.getMessage(), e);
        }
    }

    Answer get() throws IOException {
        ByteBuffer request =
                ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: demo\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        while (request.hasRemaining()) {
            socket.write(request);
        }
        String status = line();
        if (!status.startsWith("HTTP/1.1 200 ")) {
            throw new IOException("expected HTTP/1.1 200, got '" + status + "'");
        }
        int length = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length =
                        Integer.parseInt(lower.substring(lower.indexOf(':') + 1).strip());
            }
        }
        JsonNode body = JSON.readTree(input.readNBytes(length));
        return new Answer(body.path("server").asText(), body.path("client").asText());
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int c = input.read(); c != '\n'; c = input.read()) {
            if (c < 0) {
                throw new IOException("the server ended the connection");
            }
            line.append((char) c);
        }
        return line.toString().stripTrailing();
    }

    /** Ends the connection by a reset, so that its port can be used again at once. */
    @Override
    public void close() throws IOException {
        try (socket) {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
    }
}

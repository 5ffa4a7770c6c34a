package dev.hashlb.agent.cli.echo;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Answers every request with who answers and whom, as one line of JSON: {@code server}, {@code client}, {@code clientPort},
 * {@code local}, {@code localPort} and {@code requests}, the number of this one on its connection. Just enough of HTTP/1.1
 * (RFC 9112) for browsers, curl and load generators: no chunked requests, which are refused.
 */
final class HttpEcho implements EchoServer.Conversation {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int LARGEST_HEAD_BYTES = 1 << 13;
    private static final String CONTENT_LENGTH = "content-length:";

    private final String name;

    HttpEcho(String name) {
        this.name = name;
    }

    @Override
    public void hold(SocketChannel connection) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(LARGEST_HEAD_BYTES);
        InetSocketAddress client = (InetSocketAddress) connection.getRemoteAddress();
        InetSocketAddress local = (InetSocketAddress) connection.getLocalAddress();
        for (int requests = 1; ; requests++) {
            String head = readHead(connection, buffer);
            if (head == null) {
                return;
            }
            String lower = head.toLowerCase(Locale.ROOT);
            long bodyBytes = bodyBytes(lower);
            if (bodyBytes < 0 || !lower.contains(" http/1.") || lower.contains("\ntransfer-encoding:")) {
                respond(connection, "400 Bad Request", "close", "this server knows little of HTTP\n", false);
                return;
            }
            skip(connection, buffer, bodyBytes);
            boolean close = lower.contains("\nconnection: close") || lower.contains(" http/1.0");
            String body = json(client, local, requests);
            respond(connection, "200 OK", close ? "close" : "keep-alive", body, lower.startsWith("head "));
            if (close) {
                return;
            }
        }
    }

    /** The next request's head with its last line; the buffer then begins with what follows. Null if none comes. */
    private static @Nullable String readHead(SocketChannel connection, ByteBuffer buffer) throws IOException {
        while (true) {
            int end = endOfHead(buffer);
            if (end > 0) {
                byte[] head = new byte[end];
                buffer.flip().get(head);
                buffer.compact();
                return new String(head, StandardCharsets.ISO_8859_1);
            }
            if (!buffer.hasRemaining()) {
                respond(connection, "431 Request Header Fields Too Large", "close", "too large\n", false);
                return null;
            }
            if (connection.read(buffer) < 0) {
                return null;
            }
        }
    }

    /** The index behind the empty line, or -1. */
    private static int endOfHead(ByteBuffer buffer) {
        for (int i = 3; i < buffer.position(); i++) {
            if (buffer.get(i) == '\n' && buffer.get(i - 1) == '\r' && buffer.get(i - 2) == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    /** The announced length of the body, or -1 if it makes no sense. */
    private static long bodyBytes(String head) {
        int at = head.indexOf("\n" + CONTENT_LENGTH);
        if (at < 0) {
            return 0;
        }
        int from = at + 1 + CONTENT_LENGTH.length();
        String value = head.substring(from, head.indexOf('\n', from)).strip();
        return value.matches("\\d{1,18}") ? Long.parseLong(value) : -1;
    }

    private static void skip(SocketChannel connection, ByteBuffer buffer, long bytes) throws IOException {
        long left = bytes;
        while (true) {
            buffer.flip();
            int here = (int) Math.min(left, buffer.remaining());
            buffer.position(here);
            buffer.compact();
            left -= here;
            if (left == 0) {
                return;
            }
            if (connection.read(buffer) < 0) {
                throw new IOException("the body ended early");
            }
        }
    }

    private String json(InetSocketAddress client, InetSocketAddress local, int requests) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
            json.writeStartObject();
            json.writeStringField("server", name);
            json.writeStringField("client", EchoAddress.ip(client).toString());
            json.writeNumberField("clientPort", client.getPort());
            json.writeStringField("local", EchoAddress.ip(local).toString());
            json.writeNumberField("localPort", local.getPort());
            json.writeNumberField("requests", requests);
            json.writeEndObject();
        }
        return bytes.toString(StandardCharsets.UTF_8) + "\n";
    }

    private static void respond(
            SocketChannel connection, String status, String connectionHeader, String body, boolean headOnly)
            throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + "\r\nContent-Type: "
                + (body.startsWith("{") ? "application/json" : "text/plain") + "\r\nContent-Length: " + content.length
                + "\r\nConnection: " + connectionHeader + "\r\n\r\n";
        byte[] first = head.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer all = ByteBuffer.allocate(first.length + content.length).put(first);
        if (!headOnly) {
            all.put(content);
        }
        TcpEcho.write(connection, all.flip());
    }
}

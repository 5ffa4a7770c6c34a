package dev.hashlb.e2e.cluster;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Connections that stay open: over each {@code hashlb echo} is asked twice a second, and must answer each request as the server that answered the
 * first, with its number.
 */
final class Conversations implements AutoCloseable {
    private static final long PAUSE_MS = 500;
    private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: lab\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String CONTENT_LENGTH = "content-length:";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One connection. */
    static final class Conversation {
        private final Socket socket = new Socket();
        private final BufferedReader in;
        private final String server;
        private volatile int answered;
        private volatile String end = "";

        private Conversation(String vip, int port) throws IOException {
            socket.connect(new InetSocketAddress(vip, port), (int) Ask.PATIENCE.toMillis());
            socket.setSoTimeout((int) Ask.PATIENCE.toMillis());
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            server = ask().path("server").asText();
        }

        /** The pod's name. */
        String server() {
            return server;
        }

        /** How it broke; empty while it goes on. */
        String end() {
            return end;
        }

        private void go() {
            try {
                while (!socket.isClosed()) {
                    Thread.sleep(PAUSE_MS);
                    String answering = ask().path("server").asText();
                    if (!answering.equals(server)) {
                        throw new IOException(answering + " answered what " + server + " was asked");
                    }
                }
            } catch (IOException e) {
                end = socket.isClosed() ? "" : Instant.now() + " " + e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private JsonNode ask() throws IOException {
            socket.getOutputStream().write(REQUEST);
            JsonNode answer = JSON.readTree(body());
            int expected = answered + 1;
            if (answer.path("requests").asInt() != expected) {
                throw new IOException("answer " + expected + " is " + answer);
            }
            answered = expected;
            return answer;
        }

        private String body() throws IOException {
            int length = 0;
            for (String line = line(); !line.isEmpty(); line = line()) {
                if (line.toLowerCase(Locale.ROOT).startsWith(CONTENT_LENGTH)) {
                    length = Integer.parseInt(
                            line.substring(CONTENT_LENGTH.length()).strip());
                }
            }
            char[] body = new char[length];
            for (int read = 0; read < length; ) {
                int more = in.read(body, read, length - read);
                if (more < 0) {
                    throw new IOException("closed amid an answer");
                }
                read += more;
            }
            return new String(body);
        }

        private String line() throws IOException {
            String line = in.readLine();
            if (line == null) {
                throw new IOException("closed by the server");
            }
            return line;
        }

        @Override
        public String toString() {
            return "port " + socket.getLocalPort() + " to " + server + ", " + answered + " answered: " + end;
        }
    }

    private final List<Conversation> all = new ArrayList<>();

    static Conversations open(String vip, int port, int count) throws IOException {
        Conversations conversations = new Conversations();
        try {
            for (int i = 0; i < count; i++) {
                Conversation one = new Conversation(vip, port);
                conversations.all.add(one);
                Thread.ofVirtual().start(one::go);
            }
        } catch (IOException e) {
            conversations.close();
            throw e;
        }
        return conversations;
    }

    /** Those with servers of these names. */
    List<Conversation> with(Set<String> servers) {
        return all.stream().filter(each -> servers.contains(each.server())).toList();
    }

    /** Those with any others. */
    List<Conversation> without(Set<String> servers) {
        return all.stream().filter(each -> !servers.contains(each.server())).toList();
    }

    List<Conversation> broken() {
        return all.stream().filter(each -> !each.end().isEmpty()).toList();
    }

    /** Waits until each of those that go on has been answered twice from now on. */
    void awaitAnswers() {
        int[] before = all.stream().mapToInt(each -> each.answered).toArray();
        await("all answered")
                .atMost(Ask.PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    for (int i = 0; i < before.length; i++) {
                        if (all.get(i).end().isEmpty() && all.get(i).answered < before[i] + 2) {
                            return false;
                        }
                    }
                    return true;
                });
    }

    @Override
    public void close() throws IOException {
        for (Conversation each : all) {
            each.socket.close();
        }
    }
}

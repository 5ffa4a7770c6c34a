package dev.hashlb.e2e.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Asks {@code hashlb echo} who answers whom. */
final class Ask {
    /** Longer than a data plane takes to start: TCP repeats what was lost meanwhile. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int DATAGRAM_TRIES = 10;

    /** @param server the pod's name */
    record Answer(String server, String client, int clientPort) {}

    private Ask() {}

    /**
     * Over a connection of its own.
     *
     * @param sourcePort 0 for any
     * @throws IOException if it is not made, or not answered; tells its port and when it began, was made and failed
     */
    static Answer tcp(int sourcePort, String vip, int port) throws IOException {
        long beganNs = System.nanoTime();
        try (Socket socket = new Socket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(sourcePort));
            String made = "never made";
            try {
                socket.connect(new InetSocketAddress(vip, port), (int) PATIENCE.toMillis());
                made = "made after " + millisSince(beganNs) + " ms";
                return parse(get(socket));
            } catch (IOException e) {
                throw new IOException(
                        e + " (port " + socket.getLocalPort() + ", " + made + ", failed after " + millisSince(beganNs)
                                + " ms)",
                        e);
            }
        }
    }

    private static long millisSince(long ns) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - ns);
    }

    /** The body of the answer. */
    private static String get(Socket socket) throws IOException {
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int end = response.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new IOException("not an answer: '" + response + "'");
        }
        return response.substring(end + 4);
    }

    /** One line of {@code hashlb ask}. */
    static Answer parse(String json) throws IOException {
        JsonNode answer = JSON.readTree(json);
        return new Answer(
                answer.path("server").asText(),
                answer.path("client").asText(),
                answer.path("clientPort").asInt());
    }

    /** By datagrams, a few, since nobody else repeats them. The answer begins with {@code NAME CLIENT:PORT}. */
    static Answer udp(int sourcePort, String vip, int port) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(sourcePort)) {
            socket.connect(new InetSocketAddress(vip, port));
            socket.setSoTimeout(500);
            byte[] question = "who\n".getBytes(StandardCharsets.US_ASCII);
            for (int attempt = 1; ; attempt++) {
                socket.send(new DatagramPacket(question, question.length));
                DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
                try {
                    socket.receive(packet);
                } catch (SocketTimeoutException e) {
                    if (attempt == DATAGRAM_TRIES) {
                        throw e;
                    }
                    continue;
                }
                String text = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
                int space = text.indexOf(' ');
                int newline = text.indexOf('\n');
                int colon = text.lastIndexOf(':', newline);
                return new Answer(
                        text.substring(0, space),
                        text.substring(space + 1, colon),
                        Integer.parseInt(text.substring(colon + 1, newline).strip()));
            }
        }
    }
}

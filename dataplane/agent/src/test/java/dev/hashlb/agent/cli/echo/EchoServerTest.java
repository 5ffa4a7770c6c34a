package dev.hashlb.agent.cli.echo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EchoServerTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private EchoPlan.Started started;

    @BeforeEach
    void start() throws IOException {
        started = new EchoPlan("web-0", LOOPBACK, List.of(0), List.of(0), List.of(0), true).start();
    }

    @AfterEach
    void stop() {
        started.server().close();
    }

    @Test
    void httpAnswersWhoAnswersWhomOnOneConnection() throws IOException {
        try (Socket client = new Socket(LOOPBACK, port(0))) {
            for (int request = 1; request <= 3; request++) {
                client.getOutputStream().write(ascii("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"));
                assertThat(readUntil(client.getInputStream(), "}\n"))
                        .startsWith("HTTP/1.1 200 OK\r\n")
                        .contains("Connection: keep-alive")
                        .endsWith("{\"server\":\"web-0\",\"client\":\"127.0.0.1\",\"clientPort\":"
                                + client.getLocalPort()
                                + ",\"local\":\"127.0.0.1\",\"localPort\":" + port(0) + ",\"requests\":" + request
                                + "}\n");
            }
            client.getOutputStream().write(ascii("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
            assertThat(readUntil(client.getInputStream(), "}\n")).contains("Connection: close");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void httpRefusesWhatItDoesNotKnow() throws IOException {
        for (String request : List.of(
                "hello\r\n\r\n",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "GET / HTTP/1.1\r\nX: " + "x".repeat(10_000))) {
            try (Socket client = new Socket(LOOPBACK, port(0))) {
                client.getOutputStream().write(ascii(request));
                assertThat(readUntil(client.getInputStream(), "\n")).startsWith("HTTP/1.1 4");
            }
        }
    }

    @Test
    void tcpEchoesEveryByteAfterItsFirstLine() throws Exception {
        byte[] sent = new byte[3_000_000];
        new Random(1).nextBytes(sent);
        try (Socket client = new Socket(LOOPBACK, port(1))) {
            assertThat(readUntil(client.getInputStream(), "\n"))
                    .isEqualTo("web-0 127.0.0.1:" + client.getLocalPort() + "\n");
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try {
                    client.getOutputStream().write(sent);
                    client.shutdownOutput();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(Arrays.equals(client.getInputStream().readAllBytes(), sent))
                    .isTrue();
            writing.join();
        }
    }

    @Test
    void udpEchoesBehindItsFirstLine() throws IOException {
        try (DatagramSocket client = new DatagramSocket(0, LOOPBACK)) {
            client.setSoTimeout(20_000);
            client.send(new DatagramPacket(ascii("ping"), 4, LOOPBACK, port(2)));
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            client.receive(answer);
            assertThat(new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII))
                    .isEqualTo("web-0 127.0.0.1:" + client.getLocalPort() + "\nping");
        }
    }

    @Test
    void drainingServesTheOpenConnectionToItsEnd() throws Exception {
        try (Socket client = new Socket(LOOPBACK, port(1))) {
            readUntil(client.getInputStream(), "\n");
            CompletableFuture<Void> drained = CompletableFuture.runAsync(() -> {
                try {
                    started.server().drain(Duration.ofSeconds(50));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            client.getOutputStream().write('x');
            assertThat(client.getInputStream().read()).isEqualTo('x');
            assertThat(drained).isNotDone();
            client.close();
            drained.join();
        }
    }

    private int port(int index) {
        String line = started.listening().get(index);
        return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    }

    private static String readUntil(InputStream in, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            text.append((char) next);
        }
        return text.toString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

package dev.hashlb.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.agent.metrics.MetricsServer.Health;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
    private final AtomicBoolean ready = new AtomicBoolean();

    @Test
    void tellsReadinessByStatusAndReason() throws Exception {
        try (MetricsServer server = serve()) {
            assertThat(get(server, "/readyz").statusCode()).isEqualTo(503);
            assertThat(get(server, "/readyz").body()).isEqualTo("not yet\n");
            ready.set(true);
            assertThat(get(server, "/readyz").statusCode()).isEqualTo(200);
            assertThat(get(server, "/healthz").statusCode()).isEqualTo(200);
            assertThat(get(server, "/metrics").body()).isEqualTo("hashlb_up 1\n");
        }
    }

    @Test
    void aClientThatSaysNothingHoldsNobodyUp() throws Exception {
        try (MetricsServer server = serve()) {
            List<Socket> silent = new ArrayList<>();
            try {
                for (int i = 0; i < 20; i++) {
                    Socket socket = new Socket(
                            server.address().getAddress(), server.address().getPort());
                    silent.add(socket);
                    socket.getOutputStream().write("GET /met".getBytes(StandardCharsets.US_ASCII));
                }
                assertThat(get(server, "/metrics").statusCode()).isEqualTo(200);
            } finally {
                for (Socket socket : silent) {
                    socket.close();
                }
            }
        }
    }

    private MetricsServer serve() throws IOException {
        MetricsServer server = new MetricsServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                () -> "hashlb_up 1\n",
                () -> new Health(true, "alive"),
                () -> new Health(ready.get(), ready.get() ? "ready" : "not yet"));
        server.start();
        return server;
    }

    private static HttpResponse<String> get(MetricsServer server, String path) throws Exception {
        InetSocketAddress address = server.address();
        URI uri = URI.create("http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build();
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }
}

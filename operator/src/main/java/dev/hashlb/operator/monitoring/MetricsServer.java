package dev.hashlb.operator.monitoring;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.X509KeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the metrics at {@value #PATH}, over TLS 1.3 with the certificate of the push, to the bearers of tokens that may
 * {@code get} this path. Everything that a stranger could use up is bounded.
 */
public final class MetricsServer implements AutoCloseable {
    /** What a ClusterRole names as {@code nonResourceURLs}. */
    public static final String PATH = "/metrics";

    private static final Logger log = LoggerFactory.getLogger(MetricsServer.class);
    private static final int MAX_CONNECTIONS = 64;
    private static final int MAX_HEADER_BYTES = 16 << 10;
    private static final int IDLE_SECONDS = 30;
    private static final String SCHEME = "Bearer ";

    private final ScrapeRights rights;
    private final Supplier<String> text;
    private final int port;
    private final HttpServer server;
    private final AtomicInteger connections = new AtomicInteger();

    /**
     * Prepares it; it does not listen yet.
     *
     * @param key asked at each handshake, so a certificate may be renewed meanwhile
     * @param text the metrics in Prometheus's text format, asked at each scrape
     */
    public MetricsServer(Vertx vertx, int port, X509KeyManager key, KubernetesClient client, Supplier<String> text) {
        this.rights = new ScrapeRights(client, PATH);
        this.text = text;
        this.port = port;
        this.server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setKeyCertOptions(KeyCertOptions.wrap(key))
                        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                        .setSslHandshakeTimeout(IDLE_SECONDS)
                        .setIdleTimeout(IDLE_SECONDS)
                        .setUseAlpn(false)
                        .setMaxHeaderSize(MAX_HEADER_BYTES))
                .connectionHandler(this::bound)
                .requestHandler(this::answer);
    }

    /**
     * Listens. Blocks.
     *
     * @return the port
     * @throws IOException if the port cannot be had
     */
    public int start() throws IOException {
        try {
            // All addresses of either family.
            SocketAddress all = SocketAddress.inetSocketAddress(new InetSocketAddress(port));
            return server.listen(all)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join()
                    .actualPort();
        } catch (CompletionException e) {
            throw new IOException("metrics cannot be served: " + e.getCause(), e);
        }
    }

    private void bound(HttpConnection connection) {
        connection.closeHandler(v -> connections.decrementAndGet());
        if (connections.incrementAndGet() > MAX_CONNECTIONS) {
            connection.close();
        }
    }

    private void answer(HttpServerRequest request) {
        if (!HttpMethod.GET.equals(request.method()) || !PATH.equals(request.path())) {
            end(request, 404, "GET " + PATH + " is all there is");
            return;
        }
        String authorization = request.getHeader("Authorization");
        if (authorization == null || !authorization.startsWith(SCHEME)) {
            unauthorized(request, "expected is Authorization: Bearer TOKEN, of a service account");
            return;
        }
        var _ = rights.check(authorization.substring(SCHEME.length())).thenAccept(verdict -> {
            switch (verdict) {
                case ALLOWED -> metrics(request);
                case UNKNOWN_TOKEN ->
                    unauthorized(request, "the API server does not know the token, or it has expired");
                case FORBIDDEN ->
                    end(
                            request,
                            403,
                            "the token's bearer may not: bind a ClusterRole with nonResourceURLs [" + PATH
                                    + "], verbs [get] to it");
                case UNKNOWN -> end(request, 503, "the API server could not be asked; try again later");
            }
        });
    }

    private void metrics(HttpServerRequest request) {
        request.response()
                .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                .end(text.get());
    }

    private static void unauthorized(HttpServerRequest request, String why) {
        request.response().putHeader("WWW-Authenticate", "Bearer");
        end(request, 401, why);
    }

    private static void end(HttpServerRequest request, int status, String why) {
        HttpServerResponse response = request.response();
        response.setStatusCode(status)
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .end(why + "\n");
    }

    @Override
    public void close() {
        try {
            server.close().toCompletionStage().toCompletableFuture().get(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.debug("the process takes its sockets along", e);
        }
        rights.close();
    }
}

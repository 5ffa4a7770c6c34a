package dev.hashlb.agent.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Serves {@code /metrics}, {@code /healthz} and {@code /readyz}; without authentication, hence on loopback by default. */
public final class MetricsServer implements AutoCloseable {
    /** A state as HTTP tells it: 200 if good, else 503, with a line for a person. */
    public record Health(boolean good, String message) {}

    private static final int OK = 200;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final InetSocketAddress listenAt;
    private final HttpServer server;
    /** A thread for each request: a client that connects and says nothing must not hold up the others. */
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    private boolean closed;

    /** Does not listen before {@link #start}. */
    public MetricsServer(
            InetSocketAddress address, Supplier<String> metrics, Supplier<Health> live, Supplier<Health> ready)
            throws IOException {
        listenAt = address;
        server = HttpServer.create();
        server.setExecutor(executor);
        server.createContext("/metrics", e -> answer(e, OK, "text/plain; version=0.0.4; charset=utf-8", metrics.get()));
        server.createContext("/healthz", e -> answer(e, live.get()));
        server.createContext("/readyz", e -> answer(e, ready.get()));
    }

    /** @throws IOException if the address cannot be bound */
    public void start() throws IOException {
        server.bind(listenAt, 0);
        server.start();
    }

    /** Where it listens; the port that the kernel chose if 0 was asked for. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            server.stop(0);
            executor.shutdownNow();
        }
    }

    private static void answer(HttpExchange exchange, Health health) throws IOException {
        answer(
                exchange,
                health.good() ? OK : SERVICE_UNAVAILABLE,
                "text/plain; charset=utf-8",
                health.message() + "\n");
    }

    private static void answer(HttpExchange exchange, int status, String contentType, String body) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(METHOD_NOT_ALLOWED, -1);
                return;
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", contentType);
            exchange.sendResponseHeaders(status, bytes.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(bytes);
            }
        }
    }
}

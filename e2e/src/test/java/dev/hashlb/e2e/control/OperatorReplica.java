package dev.hashlb.e2e.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The operator's process, as its pod runs it; it may be killed and started again, under the same name and port. */
final class OperatorReplica implements AutoCloseable {
    private static final Path PROGRAM = Path.of("../operator/target/quarkus-app/quarkus-run.jar")
            .toAbsolutePath()
            .normalize();

    private final String name;
    private final Path folder;
    private final Path kubeconfig;
    private final Path allowedAddresses;
    private final int pushPort = freePort();
    private final int metricsPort = freePort();
    private final int probesPort = freePort();
    private Process process;

    /**
     * Starts one.
     *
     * @param name of its pod, by which it stands for leader
     * @param folder for its log
     * @param allowedAddresses the file that the chart mounts
     */
    OperatorReplica(String name, Path folder, Path kubeconfig, Path allowedAddresses) {
        this.name = name;
        this.folder = folder;
        this.kubeconfig = kubeconfig;
        this.allowedAddresses = allowedAddresses;
        start();
    }

    static boolean isBuilt() {
        return Files.exists(PROGRAM);
    }

    String name() {
        return name;
    }

    InetSocketAddress pushAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), pushPort);
    }

    /** Starts it; it need not be ready, nor lead. */
    void start() {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-jar",
                PROGRAM.toString());
        builder.environment()
                .putAll(Map.of(
                        "KUBECONFIG", kubeconfig.toString(),
                        "POD_NAMESPACE", ApiServer.NAMESPACE,
                        "POD_NAME", name,
                        "POD_IPS", "127.0.0.1",
                        "HASHLB_ALLOWED_ADDRESSES", allowedAddresses.toString(),
                        "HASHLB_PUSH_PORT", Integer.toString(pushPort),
                        "HASHLB_METRICS_PORT", Integer.toString(metricsPort),
                        "QUARKUS_HTTP_PORT", Integer.toString(probesPort)));
        try {
            process = builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve("operator-" + name + ".log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As the kubelet asks: whether it leads, or can. */
    boolean isReady() {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI probe = URI.create("http://127.0.0.1:" + probesPort + "/readyz");
            return client.send(HttpRequest.newBuilder(probe).build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false; // it does not listen yet
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends it with SIGKILL. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}

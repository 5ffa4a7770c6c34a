package dev.hashlb.operator.cluster;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The operator as it is run: a process of its own, which knows the API server by the chart's service account only. */
final class RunningOperator implements AutoCloseable {
    private static final Path PROGRAM = Path.of("target/quarkus-app/quarkus-run.jar");

    private final Process process;
    private final int pushPort;
    private final int metricsPort;
    private final int probesPort;

    private RunningOperator(Process process, int pushPort, int metricsPort, int probesPort) {
        this.process = process;
        this.pushPort = pushPort;
        this.metricsPort = metricsPort;
        this.probesPort = probesPort;
    }

    static boolean isBuilt() {
        return Files.exists(PROGRAM);
    }

    /** Starts one, which allows 198.51.100.0/24 to everybody, less its upper half; its log is {@code target/operator-process-NAME.log}. */
    static RunningOperator start(ApiServer server, String name) throws IOException {
        int pushPort = freePort();
        int metricsPort = freePort();
        int probesPort = freePort();
        Path allowed = Files.writeString(
                server.folder().resolve("allowed-addresses.yaml"), "- namespaces: ['*']\n  cidrs: [198.51.100.0/24]\n");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                PROGRAM.toString());
        builder.environment()
                .putAll(Map.of(
                        "KUBECONFIG", kubeconfig(server).toString(),
                        "POD_NAMESPACE", ApiServer.NAMESPACE,
                        "POD_NAME", name,
                        "POD_IPS", "127.0.0.1",
                        "HASHLB_ALLOWED_ADDRESSES", allowed.toString(),
                        "HASHLB_FORBIDDEN_ADDRESSES", "198.51.100.128/25,2001:db8:51::/64",
                        "HASHLB_PUSH_PORT", Integer.toString(pushPort),
                        "HASHLB_METRICS_PORT", Integer.toString(metricsPort),
                        "QUARKUS_HTTP_PORT", Integer.toString(probesPort)));
        Path log = Path.of("target", "operator-process-" + name + ".log");
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        return new RunningOperator(process, pushPort, metricsPort, probesPort);
    }

    private static Path kubeconfig(ApiServer server) throws IOException {
        Config config = server.config("hashlb-operator");
        return Files.writeString(server.folder().resolve("operator.kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: it
                contexts: [{name: it, context: {cluster: it, user: it}}]
                clusters: [{name: it, cluster: {server: "%s", certificate-authority-data: %s}}]
                users: [{name: it, user: {token: %s}}]
                """.formatted(
                        config.getMasterUrl(), config.getCaCertData(), config.getOauthToken()));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    int pushPort() {
        return pushPort;
    }

    int metricsPort() {
        return metricsPort;
    }

    int probesPort() {
        return probesPort;
    }

    /** Asks as the kubelet does; nobody may listen yet. */
    HttpResponse<String> probe(String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:" + probesPort + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    long pid() {
        return process.pid();
    }

    /**
     * Takes its time from it, or gives it back.
     *
     * @param name STOP or CONT
     */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Kills it: it can tidy nothing up. */
    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}

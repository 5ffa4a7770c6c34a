package dev.hashlb.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a running operator shows, and to whom. */
class ShownIT {
    private static final Duration LONG = Duration.ofMinutes(3);
    private static ApiServer server;
    private static RunningOperator operator;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        assumeTrue(ApiServer.kit().isPresent(), "no API server: set " + ApiServer.KIT + ", see CONTRIBUTING.md");
        assumeTrue(RunningOperator.isBuilt(), "the operator is not built: run mvn package first");
        server = ApiServer.start();
        operator = RunningOperator.start(server, "shown");
        await().atMost(LONG).ignoreExceptions().until(() -> metrics("").status() == 401);
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        if (operator != null) {
            operator.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void metricsAreForThoseWhomTheApiServerLetsReadThem() throws Exception {
        account("nobody-special");
        account("prometheus");
        server.admin()
                .resource(new ClusterRoleBuilder()
                        .withNewMetadata()
                        .withName("metrics-reader")
                        .endMetadata()
                        .addNewRule()
                        .withNonResourceURLs("/metrics")
                        .withVerbs("get")
                        .endRule()
                        .build())
                .create();
        server.admin()
                .resource(new ClusterRoleBindingBuilder()
                        .withNewMetadata()
                        .withName("metrics-reader")
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "metrics-reader")
                        .addNewSubject(null, "ServiceAccount", "prometheus", ApiServer.NAMESPACE)
                        .build())
                .create();
        assertThat(metrics("").head()).containsIgnoringCase("WWW-Authenticate: Bearer");
        assertThat(metrics("Basic dXNlcjpwYXNz").status()).isEqualTo(401);
        assertThat(metrics("Bearer rubbish").status()).isEqualTo(401);
        Scraped forbidden = metrics("Bearer " + token("nobody-special"));
        assertThat(forbidden.status()).isEqualTo(403);
        assertThat(forbidden.body()).contains("nonResourceURLs [/metrics]").doesNotContain("hashlb_operator_");
        await().atMost(LONG).untilAsserted(() -> {
            Scraped allowed = metrics("Bearer " + token("prometheus"));
            assertThat(allowed.status()).as(allowed.body()).isEqualTo(200);
            assertThat(allowed.body())
                    .contains("hashlb_operator_leads 1.0")
                    .contains("hashlb_operator_streams 0.0")
                    .contains("jvm_memory_used_bytes");
        });
    }

    @Test
    void probesSayUpOrDownAndNothingElse() throws Exception {
        await().atMost(LONG).until(() -> operator.probe("/readyz").statusCode() == 200);
        for (String path : new String[] {"/livez", "/readyz"}) {
            assertThat(operator.probe(path).statusCode()).isEqualTo(200);
            assertThat(operator.probe(path).body()).isEmpty();
        }
        for (String path : new String[] {"/metrics", "/q/metrics", "/q/health", "/q/health/ready", "/q/dev", "/"}) {
            assertThat(operator.probe(path).statusCode()).as(path).isEqualTo(404);
        }
    }

    /** By the kernel's own list: all sockets of the process that listen beyond loopback. */
    @Test
    void nothingElseListensBeyondLoopback() throws IOException {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(portsOpenToOthers(operator.pid()))
                        .containsExactlyInAnyOrder(operator.pushPort(), operator.metricsPort(), operator.probesPort()));
    }

    private static Set<Integer> portsOpenToOthers(long pid) throws IOException {
        Set<String> sockets = new TreeSet<>();
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path fd : open.toList()) {
                if (Files.isSymbolicLink(fd)) {
                    sockets.add(Files.readSymbolicLink(fd).toString());
                }
            }
        }
        Set<Integer> ports = new TreeSet<>();
        for (String table : new String[] {"tcp", "tcp6", "udp", "udp6"}) {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table))) {
                // proc(5): sl, local address:port, remote address:port, st, ..., inode as the tenth field.
                String[] fields = line.strip().split("\\s+", -1);
                boolean listens = table.startsWith("udp") || fields[3].equals("0A");
                if (fields.length > 9 && listens && sockets.contains("socket:[" + fields[9] + "]")) {
                    String[] local = fields[1].split(":", -1);
                    boolean loopback = local[0].equals("0100007F")
                            || local[0].equals("00000000000000000000000001000000")
                            || local[0].equals("0000000000000000FFFF00000100007F");
                    if (!loopback) {
                        ports.add(Integer.parseInt(local[1], 16));
                    }
                }
            }
        }
        return ports;
    }

    private static void account(String name) {
        server.admin()
                .resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(ApiServer.NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
    }

    private static String token(String account) {
        return server.config(account).getOauthToken();
    }

    private record Scraped(int status, String head, String body) {}

    /** As Prometheus does with {@code serverName}: trusting the operator's own authority, and its Service's name only. */
    private static Scraped metrics(String authorization) throws IOException, GeneralSecurityException {
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), operator.metricsPort());
                SSLSocket socket = (SSLSocket) trusting()
                        .getSocketFactory()
                        .createSocket(plain, "hashlb-operator", operator.metricsPort(), true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setSoTimeout((int) LONG.toMillis());
            String request = "GET /metrics HTTP/1.1\r\nHost: hashlb-operator\r\nConnection: close\r\n"
                    + (authorization.isEmpty() ? "" : "Authorization: " + authorization + "\r\n") + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String[] answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\r\n\r\n", 2);
            return new Scraped(Integer.parseInt(answer[0].split(" ", -1)[1]), answer[0], answer[1]);
        }
    }

    private static SSLContext trusting() throws GeneralSecurityException, IOException {
        String bundle = server.publishedAuthorities();
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (Certificate each : CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(bundle.getBytes(StandardCharsets.UTF_8)))) {
            store.setCertificateEntry("authority-" + number++, each);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}

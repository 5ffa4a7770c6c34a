package dev.hashlb.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hashlb.crds.v1alpha1.HashLoadBalancer;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The operator as it is run: a process of its own, which knows the API server by the chart's service account only. */
class OperatorProcessIT {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Path PROGRAM = Path.of("target/quarkus-app/quarkus-run.jar");

    private final List<Process> processes = new ArrayList<>();
    private ApiServer server;
    private Path kubeconfig;

    @BeforeEach
    void startApiServer() throws IOException, InterruptedException {
        assumeTrue(ApiServer.kit().isPresent(), "no API server: set " + ApiServer.KIT + ", see CONTRIBUTING.md");
        assumeTrue(Files.exists(PROGRAM), PROGRAM + " is not built: run mvn package first");
        server = ApiServer.start();
        Files.writeString(
                server.folder().resolve("allowed-addresses.yaml"), "- namespaces: ['*']\n  cidrs: [198.51.100.0/24]\n");
        Config config = server.config("hashlb-operator");
        kubeconfig = Files.writeString(server.folder().resolve("operator.kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: it
                contexts: [{name: it, context: {cluster: it, user: it}}]
                clusters: [{name: it, cluster: {server: "%s", certificate-authority-data: %s}}]
                users: [{name: it, user: {token: %s}}]
                """.formatted(
                        config.getMasterUrl(), config.getCaCertData(), config.getOauthToken()));
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void standbyTakesOverFromAKilledLeader() throws IOException, InterruptedException {
        Process leader = start("a");
        declare("first", "198.51.100.10");
        await().atMost(LONG).until(() -> isAccepted("first"));
        assertThat(holder()).isEqualTo("a");
        start("b");
        leader.destroyForcibly().waitFor();
        declare("second", "198.51.100.11");
        await().atMost(LONG).until(() -> isAccepted("second"));
        assertThat(holder()).isEqualTo("b");
    }

    @Test
    void operatorThatStartsBeforeTheApiServerLetsItGoesOnTrying() throws IOException, InterruptedException {
        var binding = server.admin()
                .rbac()
                .clusterRoleBindings()
                .withName("hashlb-operator")
                .get();
        server.admin().rbac().clusterRoleBindings().resource(binding).delete();
        Process operator = start("a");
        declare("web", "198.51.100.10");
        await().during(Duration.ofSeconds(5)).atMost(LONG).until(operator::isAlive);
        binding.getMetadata().setResourceVersion(null);
        server.admin().rbac().clusterRoleBindings().resource(binding).create();
        await().atMost(LONG).until(() -> isAccepted("web"));
    }

    private Process start(String name) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                PROGRAM.toString());
        builder.environment()
                .putAll(Map.of(
                        "KUBECONFIG", kubeconfig.toString(),
                        "POD_NAMESPACE", ApiServer.NAMESPACE,
                        "POD_NAME", name,
                        "HASHLB_ALLOWED_ADDRESSES",
                                server.folder()
                                        .resolve("allowed-addresses.yaml")
                                        .toString(),
                        "HASHLB_PUSH_PORT", Integer.toString(freePort()),
                        "QUARKUS_HTTP_PORT", Integer.toString(freePort())));
        Path log = Path.of("target", "operator-process-" + name + ".log");
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        processes.add(process);
        return process;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private String holder() {
        return server.admin()
                .leases()
                .inNamespace(ApiServer.NAMESPACE)
                .withName("hashlb-operator")
                .get()
                .getSpec()
                .getHolderIdentity();
    }

    private boolean isAccepted(String name) {
        HashLoadBalancerStatus status = server.admin()
                .resources(HashLoadBalancer.class)
                .inNamespace("default")
                .withName(name)
                .get()
                .getStatus();
        return status != null
                && status.conditions() != null
                && status.conditions().stream()
                        .anyMatch(c -> c.getType().equals(HashLoadBalancerStatus.ACCEPTED)
                                && c.getStatus().equals("True"));
    }

    private void declare(String name, String address) {
        HashLoadBalancer object = new HashLoadBalancer();
        object.setMetadata(
                new ObjectMetaBuilder().withNamespace("default").withName(name).build());
        object.setSpec(new HashLoadBalancerSpec(
                List.of(address),
                List.of(new HashLoadBalancerSpec.Port(null, null, 80, new IntOrString(8080), null)),
                "web",
                null,
                null,
                null,
                null,
                null,
                null,
                null));
        server.admin().resource(object).create();
    }
}

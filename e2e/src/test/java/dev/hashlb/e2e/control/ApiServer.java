package dev.hashlb.e2e.control;

import com.marcnuri.helm.Helm;
import dev.hashlb.e2e.lab.Command;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A real API server, on which the chart is installed as far as an API server alone goes: what the operator reads, and what it may do.
 * Where to find one says the variable {@value #KIT}: a folder with the programs {@code up DIR}, which prints a kubeconfig's path, and
 * {@code down --rm DIR}.
 */
final class ApiServer implements AutoCloseable {
    static final String KIT = "HASHLB_ENVTEST";
    static final String NAMESPACE = "hashlb-system";

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path CHART = ROOT.resolve("charts/hashlb");
    /** The oldest that the chart is for; the API server may be older, and takes what is installed here all the same. */
    private static final String KUBERNETES = "1.29.0";

    private static final Set<String> INSTALLED =
            Set.of("ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Secret", "ConfigMap");
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(60);

    private final Path kit;
    private final Path folder;
    private final KubernetesClient admin;
    private List<String> command = List.of();

    private ApiServer(Path kit, Path folder) {
        this.kit = kit;
        this.folder = folder;
        this.admin = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(folder.resolve("kubeconfig").toFile()))
                .build();
    }

    /** The kit, if this machine has one. */
    static Optional<Path> kit() {
        return Optional.ofNullable(System.getenv(KIT))
                .filter(k -> !k.isBlank())
                .map(k -> ROOT.resolve(k).normalize())
                .filter(k -> Files.isExecutable(k.resolve("up")));
    }

    /**
     * Starts one and installs.
     *
     * @param folder empty; for all that it needs
     * @param values of the chart
     */
    static ApiServer start(Path folder, Path values) throws IOException {
        Path kit = kit().orElseThrow(() -> new IllegalStateException("set " + KIT));
        Command.run("", List.of(kit.resolve("up").toString(), folder.toString()));
        ApiServer server = new ApiServer(kit, folder);
        try {
            server.install(values);
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void install(Path values) throws IOException {
        admin.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
        try (Stream<Path> crds = Files.list(CHART.resolve("crds"))) {
            for (Path crd : crds.toList()) {
                parse(Files.readString(crd)).forEach(o -> admin.resource(o).create());
            }
        }
        parse(rendered(values)).stream()
                .filter(object -> INSTALLED.contains(object.getKind()))
                .forEach(object -> admin.resource(object).create());
        admin.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("hashloadbalancers.hashlb.dev")
                .waitUntilCondition(
                        crd -> crd != null
                                && crd.getStatus() != null
                                && crd.getStatus().getConditions().stream()
                                        .anyMatch(c -> c.getType().equals("Established")
                                                && c.getStatus().equals("True")),
                        ANSWERS_WITHIN.toSeconds(),
                        TimeUnit.SECONDS);
    }

    private static String rendered(Path values) {
        return new Helm(CHART)
                .template()
                .withName("hashlb")
                .withNamespace(NAMESPACE)
                .withKubeVersion(KUBERNETES)
                .withValuesFile(values)
                .skipCrds()
                .call();
    }

    private List<HasMetadata> parse(String yaml) {
        return admin.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .items();
    }

    KubernetesClient admin() {
        return admin;
    }

    /** Writes what a pod of a service account has to speak with the API server. */
    Path kubeconfig(String serviceAccount) {
        Config config = admin.getConfiguration();
        String token = admin.serviceAccounts()
                .inNamespace(NAMESPACE)
                .withName(serviceAccount)
                .tokenRequest(new io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(3600L)
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
        try {
            return Files.writeString(folder.resolve(serviceAccount + ".kubeconfig"), """
                    apiVersion: v1
                    kind: Config
                    current-context: it
                    contexts: [{name: it, context: {cluster: it, user: it}}]
                    clusters: [{name: it, cluster: {server: "%s", certificate-authority-data: %s}}]
                    users: [{name: it, user: {token: %s}}]
                    """.formatted(
                            config.getMasterUrl(), config.getCaCertData(), token));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path pidFile() {
        return folder.resolve("run/kube-apiserver.pid");
    }

    /** Ends the API server with SIGKILL; its store stays. */
    void kill() throws IOException {
        long pid = Long.parseLong(Files.readString(pidFile()).strip());
        command = Stream.of(Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"))
                        .split("\0", -1))
                .filter(argument -> !argument.isEmpty())
                .toList();
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
        process.destroyForcibly();
        Awaitility.await("the API server is gone").atMost(ANSWERS_WITHIN).until(() -> !process.isAlive());
    }

    /** Starts the one that was killed again, on the same port; returns when it answers. */
    void startAgain() throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("log/kube-apiserver.log").toFile()))
                .start();
        Files.writeString(pidFile(), process.pid() + "\n"); // the kit's `down` ends it by that
        Awaitility.await("the API server answers")
                .atMost(ANSWERS_WITHIN)
                .ignoreExceptionsInstanceOf(KubernetesClientException.class)
                .until(() -> admin.raw("/readyz") != null);
    }

    @Override
    public void close() {
        admin.close();
        Command.run("", List.of(kit.resolve("down").toString(), "--rm", folder.toString()));
    }
}

package dev.hashlb.operator.cluster;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real API server with HashLB's CRDs and the chart's RBAC in it. Where to find one says the variable {@value #KIT}: a folder with the
 * programs {@code up DIR}, which prints a kubeconfig's path, and {@code down --rm DIR}.
 */
final class ApiServer implements AutoCloseable {
    static final String KIT = "HASHLB_ENVTEST";
    static final String NAMESPACE = "hashlb-system";
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private final Path kit;
    private final Path folder;
    private final Config admin;
    private final KubernetesClient client;

    private ApiServer(Path kit, Path folder, Config admin) {
        this.kit = kit;
        this.folder = folder;
        this.admin = admin;
        this.client = new KubernetesClientBuilder().withConfig(admin).build();
    }

    /** The kit, if this machine has one. */
    static Optional<Path> kit() {
        return Optional.ofNullable(System.getenv(KIT))
                .filter(k -> !k.isBlank())
                .map(k -> ROOT.resolve(k).normalize())
                .filter(k -> Files.isExecutable(k.resolve("up")));
    }

    /** Starts one and installs what the chart installs. */
    static ApiServer start() throws IOException, InterruptedException {
        Path kit = kit().orElseThrow(() -> new IllegalStateException("set " + KIT));
        Path folder = Files.createTempDirectory("hashlb-operator-it");
        run(kit.resolve("up").toString(), folder.toString());
        Config admin = Config.fromKubeconfig(folder.resolve("kubeconfig").toFile());
        ApiServer server = new ApiServer(kit, folder, admin);
        try {
            server.install();
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    KubernetesClient admin() {
        return client;
    }

    Path folder() {
        return folder;
    }

    /** A node that is ready, with an InternalIP. */
    void node(String name, String address) {
        Node node = new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewStatus()
                .addNewAddress()
                .withType("InternalIP")
                .withAddress(address)
                .endAddress()
                .endStatus()
                .build();
        client.resource(node).create();
        client.resource(node).updateStatus();
    }

    /** Replaces all of what a Secret holds, in the operator's namespace. */
    void secret(String name, Map<String, String> data) {
        client.secrets()
                .inNamespace(NAMESPACE)
                .withName(name)
                .edit(s ->
                        new SecretBuilder(s).withData(null).withStringData(data).build());
    }

    /** The certificates that data planes and scrapers trust, as PEM; fails until an operator has published them. */
    String publishedAuthorities() {
        return client.configMaps()
                .inNamespace(NAMESPACE)
                .withName("hashlb-ca")
                .get()
                .getData()
                .get("ca.crt");
    }

    /** The token that a kubelet would give to the data plane of a node. */
    String dataPlaneToken(String node) {
        String account = "hashlb-dataplane";
        client.resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withName(account)
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .build())
                .serverSideApply();
        Pod pod = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withGenerateName(account + "-")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .withNewSpec()
                        .withServiceAccountName(account)
                        .withAutomountServiceAccountToken(false)
                        .withNodeName(node)
                        .addNewContainer()
                        .withName("dataplane")
                        .withImage("none")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        return client.serviceAccounts()
                .inNamespace(NAMESPACE)
                .withName(account)
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withAudiences("hashlb-operator")
                        .withExpirationSeconds(3600L)
                        .withNewBoundObjectRef()
                        .withApiVersion("v1")
                        .withKind("Pod")
                        .withName(pod.getMetadata().getName())
                        .withUid(pod.getMetadata().getUid())
                        .endBoundObjectRef()
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
    }

    /** A client that may do what a service account of the operator's namespace may. */
    KubernetesClient as(String serviceAccount) {
        return new KubernetesClientBuilder().withConfig(config(serviceAccount)).build();
    }

    Config config(String serviceAccount) {
        String token = client.serviceAccounts()
                .inNamespace(NAMESPACE)
                .withName(serviceAccount)
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(3600L)
                        .endSpec()
                        .build())
                .getStatus()
                .getToken();
        return new ConfigBuilder(Config.empty())
                .withMasterUrl(admin.getMasterUrl())
                .withCaCertData(admin.getCaCertData())
                .withOauthToken(token)
                .withNamespace(NAMESPACE)
                .build();
    }

    private void install() throws IOException {
        namespace(NAMESPACE);
        try (Stream<Path> crds = Files.list(ROOT.resolve("crds/src/main/resources/crds"))) {
            crds.filter(f -> f.toString().endsWith(".yml") || f.toString().endsWith(".yaml"))
                    .forEach(f -> apply(read(f)));
        }
        apply(untemplated(ROOT.resolve("charts/hashlb/templates/operator/rbac.yaml")));
        keep();
        client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("hashloadbalancers.hashlb.dev")
                .waitUntilCondition(
                        crd -> crd != null
                                && crd.getStatus() != null
                                && crd.getStatus().getConditions().stream()
                                        .anyMatch(c -> c.getType().equals("Established")
                                                && c.getStatus().equals("True")),
                        30,
                        TimeUnit.SECONDS);
    }

    /** What the chart makes empty, since the operator may not create any of it. */
    private void keep() {
        for (String secret : List.of("hashlb-ca", "hashlb-tunnel-keys")) {
            client.secrets()
                    .inNamespace(NAMESPACE)
                    .resource(new SecretBuilder()
                            .withNewMetadata()
                            .withName(secret)
                            .endMetadata()
                            .build())
                    .create();
        }
        client.configMaps()
                .inNamespace(NAMESPACE)
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("hashlb-ca")
                        .endMetadata()
                        .build())
                .create();
    }

    void namespace(String name) {
        client.namespaces()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
    }

    private void apply(String yaml) {
        List<HasMetadata> items = client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .items();
        items.forEach(item -> client.resource(item).create());
    }

    /** The chart's file without Helm: it has nothing but the namespace and labels in it. */
    private static String untemplated(Path template) {
        return read(template)
                .lines()
                .filter(line ->
                        !line.contains("hashlb.labels") && !line.stripLeading().startsWith("{{"))
                .map(line -> line.replace("{{ .Release.Namespace }}", NAMESPACE))
                .reduce("", (a, b) -> a + b + "\n");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", command) + " has failed, see above");
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        client.close();
        run(kit.resolve("down").toString(), "--rm", folder.toString());
    }
}

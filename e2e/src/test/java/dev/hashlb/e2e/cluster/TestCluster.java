package dev.hashlb.e2e.cluster;

import static org.awaitility.Awaitility.await;

import dev.hashlb.crds.v1alpha1.HashLoadBalancer;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** The cluster, with HashLB installed once for all suites of a run, and taken away at its end. */
final class TestCluster implements AutoCloseable {
    static final String NAMESPACE = "hashlb-e2e";
    static final String VIP = "203.0.113.10";
    static final String SECOND_VIP = "203.0.113.11";
    static final String FORBIDDEN_VIP = "192.0.2.77";
    static final Duration CONVERGED_WITHIN = Duration.ofMinutes(4);

    private static final String ALLOWED = "203.0.113.0/24";
    private static final String ALLOWED_IPV6 = "2001:db8:113::/64";

    private static final Set<String> CONTROL_PLANE_LABELS =
            Set.of("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master");

    /** Most that is waited for is asked of the API server, which has little of the processors as it is. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    static {
        Awaitility.setDefaultPollInterval(LOOK_EVERY);
    }

    private final KubernetesClient client =
            new KubernetesClientBuilder().withConfig(config()).build();
    private final Release release = Release.on(client);
    private boolean installed;

    /** Hands the run's cluster to tests. */
    static final class Given implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == TestCluster.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(TestCluster.class))
                    .computeIfAbsent(TestCluster.class);
        }
    }

    /** The client does not look which kind of key a kubeconfig has; its certificate tells. */
    private static Config config() {
        Config config = Config.fromKubeconfig(Environment.kubeconfig().toFile());
        if (config.getClientCertData() != null) {
            try {
                config.setClientKeyAlgo(CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(Base64.getDecoder().decode(config.getClientCertData())))
                        .getPublicKey()
                        .getAlgorithm());
            } catch (CertificateException e) {
                throw new IllegalStateException(Environment.kubeconfig() + ": not a certificate", e);
            }
        }
        return config;
    }

    KubernetesClient client() {
        return client;
    }

    Release release() {
        return release;
    }

    /** Installs, unless it is installed, and waits until operator and data planes are ready. */
    void install() {
        if (installed) {
            return;
        }
        for (String name : List.of(Release.NAMESPACE, NAMESPACE)) {
            Namespace namespace = new NamespaceBuilder()
                    .withNewMetadata()
                    .withName(name)
                    .addToLabels("pod-security.kubernetes.io/enforce", "privileged")
                    .endMetadata()
                    .build();
            await("namespace " + name)
                    .atMost(CONVERGED_WITHIN)
                    .ignoreExceptions()
                    .until(() -> {
                        client.resource(namespace).createOr(existing -> existing.update());
                        return client.namespaces()
                                        .withName(name)
                                        .get()
                                        .getMetadata()
                                        .getDeletionTimestamp()
                                == null;
                    });
        }
        release.apply(values("first"));
        installed = true;
        awaitReady();
    }

    /** The chart's values; another edition makes other pods of both kinds. */
    Path values(String edition) {
        try {
            Path file = Files.createTempFile("hashlb-values", ".yaml");
            file.toFile().deleteOnExit();
            int surge = release instanceof Release.ByHelm ? 1 : 0; // older clusters' daemon sets cannot surge
            return Files.writeString(
                    file, """
                    allowedAddresses: [{namespaces: [%s, %s], cidrs: [%s, "%s"]}]
                    operator: {podAnnotations: {example.com/edition: %s}}
                    dataPlane: {maxSurge: %d, podAnnotations: {example.com/edition: %s}}
                    test: {address: 203.0.113.99}
                    """.formatted(NAMESPACE, Release.NAMESPACE, ALLOWED, ALLOWED_IPV6, edition, surge, edition));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitReady() {
        await("operator and data planes ready").atMost(CONVERGED_WITHIN).untilAsserted(() -> {
            var operator = client.apps()
                    .deployments()
                    .inNamespace(Release.NAMESPACE)
                    .withName("hashlb-operator")
                    .get();
            var dataPlane = client.apps()
                    .daemonSets()
                    .inNamespace(Release.NAMESPACE)
                    .withName("hashlb-dataplane")
                    .get();
            if (!rolledOut(operator) || !rolledOut(dataPlane)) {
                throw new AssertionError("not ready: " + operator.getStatus() + "\n" + dataPlane.getStatus() + "\n"
                        + states(pods(Release.NAMESPACE)));
            }
        });
    }

    private static boolean rolledOut(io.fabric8.kubernetes.api.model.apps.Deployment it) {
        var status = it.getStatus();
        return it.getMetadata().getGeneration().equals(status.getObservedGeneration())
                && it.getSpec().getReplicas().equals(status.getUpdatedReplicas())
                && it.getSpec().getReplicas().equals(status.getReplicas())
                && it.getSpec().getReplicas().equals(status.getReadyReplicas());
    }

    private static boolean rolledOut(io.fabric8.kubernetes.api.model.apps.DaemonSet it) {
        var status = it.getStatus();
        return it.getMetadata().getGeneration().equals(status.getObservedGeneration())
                && status.getDesiredNumberScheduled() > 0
                && status.getDesiredNumberScheduled().equals(status.getUpdatedNumberScheduled())
                && status.getDesiredNumberScheduled().equals(status.getNumberReady());
    }

    List<Pod> pods(String namespace) {
        return client.pods().inNamespace(namespace).list().getItems();
    }

    /** The pods with this label that are not being deleted. */
    List<Pod> pods(String namespace, String label, String value) {
        return client.pods().inNamespace(namespace).withLabel(label, value).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    List<Pod> dataPlanes() {
        return pods(Release.NAMESPACE, "app.kubernetes.io/component", "dataplane");
    }

    Pod dataPlaneOn(String node) {
        return dataPlanes().stream()
                .filter(pod -> pod.getSpec().getNodeName().equals(node))
                .findFirst()
                .orElseThrow();
    }

    List<String> nodeNames() {
        return client.nodes().list().getItems().stream()
                .map(node -> node.getMetadata().getName())
                .sorted()
                .toList();
    }

    boolean podsHaveIpv6() {
        return pods(Release.NAMESPACE).stream()
                .filter(pod -> !Boolean.TRUE.equals(pod.getSpec().getHostNetwork()))
                .flatMap(pod -> pod.getStatus().getPodIPs().stream())
                .anyMatch(each -> each.getIp().contains(":"));
    }

    boolean isControlPlane(String node) {
        return client.nodes().withName(node).require().getMetadata().getLabels().keySet().stream()
                .anyMatch(CONTROL_PLANE_LABELS::contains);
    }

    String nodeAddress(String name) {
        Node node = client.nodes().withName(name).require();
        return node.getStatus().getAddresses().stream()
                .filter(address -> address.getType().equals("InternalIP"))
                .map(NodeAddress::getAddress)
                .filter(address -> address.contains("."))
                .findFirst()
                .orElseThrow();
    }

    HashLoadBalancer balancer(String name) {
        return client.resources(HashLoadBalancer.class)
                .inNamespace(NAMESPACE)
                .withName(name)
                .require();
    }

    static String states(List<Pod> pods) {
        return pods.stream()
                .map(pod -> pod.getMetadata().getName() + " on " + pod.getSpec().getNodeName() + ": "
                        + pod.getStatus().getPhase() + " "
                        + pod.getStatus().getContainerStatuses().stream()
                                .map(c -> (Boolean.TRUE.equals(c.getReady()) ? "ready" : "not ready") + " "
                                        + (c.getState().getWaiting() == null
                                                ? ""
                                                : c.getState().getWaiting().getReason() + " "
                                                        + c.getState()
                                                                .getWaiting()
                                                                .getMessage()))
                                .collect(Collectors.joining(", ")))
                .collect(Collectors.joining("\n"));
    }

    /** Uninstalls, and waits until the release's namespace has no pods. */
    void uninstall() {
        release.uninstall();
        installed = false;
        await("no pods of the release")
                .atMost(CONVERGED_WITHIN)
                .until(() -> pods(Release.NAMESPACE).isEmpty());
    }

    @Override
    public void close() {
        try (client) {
            if (installed) {
                client.resources(HashLoadBalancer.class).inNamespace(NAMESPACE).delete();
                uninstall();
            }
            client.namespaces().withName(NAMESPACE).delete();
            client.namespaces().withName(Release.NAMESPACE).delete();
        }
    }
}

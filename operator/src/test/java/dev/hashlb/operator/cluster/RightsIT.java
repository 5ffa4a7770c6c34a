package dev.hashlb.operator.cluster;

import static dev.hashlb.operator.cluster.Declarations.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus;
import dev.hashlb.crds.v1alpha1.HashNode;
import dev.hashlb.operator.ServedDataPlanes;
import dev.hashlb.operator.identity.IdentitySettings;
import dev.hashlb.operator.identity.LoopbackNode;
import dev.hashlb.operator.identity.PushService;
import dev.hashlb.operator.monitoring.MetricsServer;
import dev.hashlb.operator.monitoring.ScrapeRights;
import dev.hashlb.operator.push.PushSettings;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributes;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The chart's rights are enough, and none is too much. Everything that the operator does is done once, under the chart's own roles, and
 * each request is recorded; then each verb of each rule is taken away in turn, and something that was done must be refused.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RightsIT {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String NAME = "hashlb-operator";
    private static final String USER = "system:serviceaccount:" + ApiServer.NAMESPACE + ":" + NAME;

    private final PlanSignal signal = new PlanSignal();
    private final RecordedRequests requests = new RecordedRequests();
    private ApiServer server;
    private KubernetesClient client;
    private Declarations declared;

    /** A verb of a rule of a role. */
    record Right(String role, int rule, String verb, PolicyRule of) {
        @Override
        public String toString() {
            return role + ": " + verb + " " + of.getResources()
                    + (of.getResourceNames().isEmpty() ? "" : of.getResourceNames());
        }
    }

    @BeforeAll
    void doEverythingOnce() throws Exception {
        assumeTrue(ApiServer.kit().isPresent(), "no API server: set " + ApiServer.KIT + ", see CONTRIBUTING.md");
        server = ApiServer.start();
        client = new KubernetesClientBuilder()
                .withConfig(server.config(NAME))
                .withHttpClientBuilderConsumer(b -> b.addOrReplaceInterceptor("recorded", requests))
                .build();
        declared = new Declarations(server.admin(), "default");
        server.node("n1", "10.9.0.1");
        NodeBook nodes = new NodeBook(signal, InstantSource.system());
        try (CallerEvents events = new CallerEvents(client, InstantSource.system());
                PushService push = new PushService(
                        PushSettings.DEFAULT.listeningOn(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                        IdentitySettings.defaults(ApiServer.NAMESPACE),
                        client,
                        nodes,
                        events,
                        new SimpleMeterRegistry(),
                        Clock.systemUTC())) {
            int port = push.start();
            leadOnce(push, nodes, port);
            leadAgain(push, nodes);
            try (ScrapeRights rights = new ScrapeRights(client, MetricsServer.PATH)) {
                rights.check(server.config(NAME).getOauthToken())
                        .toCompletableFuture()
                        .join();
            }
        }
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }

    /** Balancers come, change and go; a data plane is served; a node is gone. */
    private void leadOnce(PushService push, NodeBook nodes, int port) throws Exception {
        try (Running running = new Running(push, nodes)) {
            await().atMost(LONG).until(running.cluster::isPlanning);
            String authorities = server.publishedAuthorities();
            try (LoopbackNode node = LoopbackNode.trusting("n1", port, server.dataPlaneToken("n1"), authorities)) {
                node.onChange(change -> {});
                node.open(node.issue()).hello();
                declared.balancer("web", "198.51.100.10", "web", null);
                declared.balancer("picked", "198.51.100.11", null, Map.of("app", "picked"));
                declared.endpoints("web", pod(1, "n1", true));
                awaitServers("web", 1);
                declared.endpoints("web", pod(1, "n1", true), pod(2, "n1", true));
                awaitServers("web", 2);
                await().atMost(LONG).until(() -> services().anyMatch(n -> n.startsWith("hashlb-picked")));
                declared.balancer("picked", "198.51.100.11", "web", null);
                await().atMost(LONG).until(() -> services().noneMatch(n -> n.startsWith("hashlb-picked")));
                declared.delete("picked");
                await().atMost(LONG).until(() -> ledgers() == 1);
                HashNode gone = new HashNode();
                gone.setMetadata(new ObjectMetaBuilder().withName("gone").build());
                server.admin().resource(gone).create();
                await().atMost(LONG)
                        .until(() -> server.admin()
                                        .resources(HashNode.class)
                                        .withName("gone")
                                        .get()
                                == null);
            }
        }
    }

    /** Another leader tells the same events again, which are there. */
    private void leadAgain(PushService push, NodeBook nodes) throws Exception {
        try (Running running = new Running(push, nodes)) {
            await().atMost(LONG).until(running.cluster::isPlanning);
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(server.admin()
                                    .v1()
                                    .events()
                                    .inNamespace("default")
                                    .list()
                                    .getItems())
                            .filteredOn(e -> e.getInvolvedObject().getName().equals("web"))
                            .singleElement()
                            .satisfies(e -> assertThat(e.getMetadata().getManagedFields())
                                    .extracting(ManagedFieldsEntry::getOperation)
                                    .as("made once, applied since")
                                    .containsExactlyInAnyOrder("Update", "Apply"))
                            .satisfies(e -> assertThat(e.getFirstTimestamp()).isNotNull()));
        }
    }

    /** The part of the operator that watches and plans. */
    private final class Running implements AutoCloseable {
        final ClusterOperator cluster;
        private final Operator sdk;

        Running(PushService push, NodeBook nodes) throws IOException {
            BalancerReconciler reconciler = new BalancerReconciler(signal);
            sdk = new Operator(o -> o.withKubernetesClient(client)
                    .withCloseClientOnStop(false)
                    .checkingCRDAndValidateLocalModel(false));
            sdk.register(reconciler);
            Path allowed = Files.writeString(
                    server.folder().resolve("allowed.yaml"), "- namespaces: ['*']\n  cidrs: [198.51.100.0/24]\n");
            cluster = new ClusterOperator(
                    client,
                    new ClusterOperator.Settings(ApiServer.NAMESPACE, "rights", List.of(), 9443, allowed, List.of()),
                    signal,
                    reconciler,
                    nodes,
                    new ServedDataPlanes(push),
                    InstantSource.system());
            sdk.start();
            cluster.start();
        }

        @Override
        public void close() {
            cluster.close();
            sdk.stop();
        }
    }

    @Test
    void theChartsRightsAreEnough() {
        assertThat(requests.needed).isNotEmpty();
        assertThat(requests.forbidden).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("rights")
    void withoutItSomethingIsRefused(Right right) {
        // From 1.32 on a token says its pod's node itself.
        assumeTrue(!right.of().getResources().contains("pods")
                || Integer.parseInt(
                                server.admin().getKubernetesVersion().getMinor().replaceAll("\\D", ""))
                        < 32);
        List<ResourceAttributes> done =
                requests.needed.stream().filter(r -> covers(right, r)).toList();
        assertThat(done)
                .as("what the operator did that needs %s; if nothing does, take it out of the chart", right)
                .isNotEmpty();
        List<PolicyRule> all = rules(right.role());
        List<PolicyRule> fewer = new ArrayList<>(all);
        fewer.set(
                right.rule(),
                new PolicyRuleBuilder(right.of()).removeFromVerbs(right.verb()).build());
        try {
            set(right.role(), fewer);
            await().atMost(LONG).until(() -> done.stream().anyMatch(r -> !allowed(r)));
        } finally {
            set(right.role(), all);
        }
    }

    private static boolean covers(Right right, ResourceAttributes request) {
        String resource = request.getSubresource().isEmpty()
                ? request.getResource()
                : request.getResource() + "/" + request.getSubresource();
        return right.verb().equals(request.getVerb())
                && right.of().getApiGroups().contains(request.getGroup())
                && right.of().getResources().contains(resource)
                && (right.of().getResourceNames().isEmpty()
                        || right.of().getResourceNames().contains(request.getName()))
                && (right.role().equals("ClusterRole") || request.getNamespace().equals(ApiServer.NAMESPACE));
    }

    Stream<Right> rights() {
        return Stream.of("ClusterRole", "Role").flatMap(role -> {
            List<PolicyRule> rules = rules(role);
            List<Right> rights = new ArrayList<>();
            for (int i = 0; i < rules.size(); i++) {
                for (String verb : rules.get(i).getVerbs()) {
                    rights.add(new Right(role, i, verb, rules.get(i)));
                }
            }
            return rights.stream();
        });
    }

    private List<PolicyRule> rules(String role) {
        var rbac = server.admin().rbac();
        return role.equals("Role")
                ? rbac.roles()
                        .inNamespace(ApiServer.NAMESPACE)
                        .withName(NAME)
                        .get()
                        .getRules()
                : rbac.clusterRoles().withName(NAME).get().getRules();
    }

    private void set(String role, List<PolicyRule> rules) {
        var rbac = server.admin().rbac();
        // A rule without verbs is refused.
        List<PolicyRule> kept =
                rules.stream().filter(r -> !r.getVerbs().isEmpty()).toList();
        if (role.equals("Role")) {
            rbac.roles().inNamespace(ApiServer.NAMESPACE).withName(NAME).edit(r -> {
                r.setRules(kept);
                return r;
            });
        } else {
            rbac.clusterRoles().withName(NAME).edit(r -> {
                r.setRules(kept);
                return r;
            });
        }
    }

    private boolean allowed(ResourceAttributes request) {
        return server.admin()
                .resource(new SubjectAccessReviewBuilder()
                        .withNewSpec()
                        .withUser(USER)
                        .withGroups("system:serviceaccounts", "system:authenticated")
                        .withResourceAttributes(request)
                        .endSpec()
                        .build())
                .create()
                .getStatus()
                .getAllowed();
    }

    private void awaitServers(String name, int count) {
        await().atMost(LONG).until(() -> {
            HashLoadBalancerStatus status = declared.get(name).getStatus();
            return status != null && Integer.valueOf(count).equals(status.servers());
        });
    }

    private Stream<String> services() {
        return server.admin().services().inNamespace("default").list().getItems().stream()
                .map(s -> s.getMetadata().getName());
    }

    private int ledgers() {
        return server.admin()
                .configMaps()
                .inNamespace(ApiServer.NAMESPACE)
                .withLabel("hashlb.dev/ledger")
                .list()
                .getItems()
                .size();
    }
}

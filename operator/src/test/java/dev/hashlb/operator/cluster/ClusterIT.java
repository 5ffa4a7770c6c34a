package dev.hashlb.operator.cluster;

import static dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus.ACCEPTED;
import static dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus.PROGRAMMED;
import static dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus.SERVERS_READY;
import static dev.hashlb.operator.cluster.Declarations.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.crds.v1alpha1.HashLoadBalancer;
import dev.hashlb.crds.v1alpha1.HashNode;
import dev.hashlb.crds.v1alpha1.HashNodeStatus;
import dev.hashlb.operator.model.OwnedService;
import dev.hashlb.operator.push.NodeAnswer;
import dev.hashlb.operator.push.NodeReport;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real API server, with the chart's service account and no other right. */
class ClusterIT {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static ApiServer server;
    private static Path installation;
    private static int namespaces;

    private final List<AutoCloseable> open = new ArrayList<>();
    private KubernetesClient admin;
    private String namespace;
    private Declarations declared;

    @BeforeAll
    static void startApiServer() throws IOException, InterruptedException {
        assumeTrue(
                ApiServer.kit().isPresent(),
                "no API server: set " + ApiServer.KIT
                        + " to a folder with the programs up and down, see CONTRIBUTING.md");
        server = ApiServer.start();
        installation = server.folder().resolve("allowed-addresses.yaml");
        Files.writeString(installation, "- namespaces: ['*']\n  cidrs: [198.51.100.0/24]\n");
        for (int i = 1; i <= 2; i++) {
            server.node("n" + i, "10.9.0." + i);
        }
    }

    @AfterAll
    static void stopApiServer() throws IOException, InterruptedException {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void newNamespace() {
        admin = server.admin();
        namespace = "t" + ++namespaces;
        server.namespace(namespace);
        declared = new Declarations(admin, namespace);
    }

    @AfterEach
    void stopReplicas() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
        admin.resources(HashLoadBalancer.class).inNamespace(namespace).delete();
    }

    @Test
    void declaredBalancerIsServedAndItsStatusSaysSo() {
        Replica replica = replica("a");
        declared.endpoints("web", pod(1, "n1", true), pod(2, "n2", true));
        declared.balancer("web", "198.51.100.10", "web", null);
        awaitCondition("web", PROGRAMMED, "True");
        HashLoadBalancer web = declared.get("web");
        assertThat(condition(web, ACCEPTED).getStatus()).isEqualTo("True");
        assertThat(condition(web, SERVERS_READY).getStatus()).isEqualTo("True");
        assertThat(web.getStatus().servers()).isEqualTo(2);
        assertThat(web.getStatus().addresses()).containsExactly("198.51.100.10");
        assertThat(web.getStatus().observedGeneration())
                .isEqualTo(web.getMetadata().getGeneration());
        assertThat(web.getStatus().nodes().summary()).isEqualTo("2/2");
        Balancer pushed = balancer(replica, "web");
        assertThat(pushed.servers()).extracting(Server::name).containsExactlyInAnyOrder("web-1", "web-2");
        declared.endpoints("web", pod(2, "n2", true));
        await().atMost(LONG).until(() -> declared.get("web").getStatus().servers() == 1);
    }

    @Test
    void addressThatIsNotAllowedIsRefusedWithAnEventAndNeverGoesOut() {
        Replica replica = replica("a");
        declared.balancer("web", "203.0.113.1", "web", null);
        awaitCondition("web", ACCEPTED, "False");
        assertThat(condition(declared.get("web"), ACCEPTED).getReason()).isEqualTo("AddressNotAllowed");
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(admin.v1()
                                .events()
                                .inNamespace(namespace)
                                .list()
                                .getItems())
                        .anyMatch(e -> e.getReason().equals("AddressNotAllowed")
                                && e.getInvolvedObject().getName().equals("web")));
        assertThat(replica.published())
                .noneMatch(s ->
                        s.balancers().stream().anyMatch(b -> b.name().equals(new NamespacedName(namespace, "web"))));
    }

    @Test
    void selectorGetsAHeadlessServiceThatGoesWhenItIsNotNeeded() {
        replica("a");
        declared.balancer("web", "198.51.100.11", null, Map.of("app", "web"));
        String name = OwnedService.nameFor(new NamespacedName(namespace, "web"));
        await().atMost(LONG).until(() -> service(name) != null);
        Service service = service(name);
        assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
        assertThat(service.getSpec().getSelector()).containsEntry("app", "web");
        assertThat(service.getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(o -> assertThat(o.getUid())
                        .isEqualTo(declared.get("web").getMetadata().getUid()));
        declared.endpoints(name, pod(3, "n1", true));
        await().atMost(LONG)
                .until(() -> declared.get("web").getStatus() != null
                        && declared.get("web").getStatus().servers() == 1);
        declared.balancer("web", "198.51.100.11", "other", null);
        await().atMost(LONG).until(() -> service(name) == null);
    }

    @Test
    void ledgerIsStoredBeforeTheSnapshotGoesOut() {
        Replica replica = new Replica(server.as("hashlb-operator"), "a", installation);
        ConcurrentLinkedQueue<String> missing = new ConcurrentLinkedQueue<>();
        replica.onPublish = snapshot -> snapshot.balancers().stream()
                .filter(b -> b.name().namespace().equals(namespace))
                .forEach(b -> {
                    String stored = ledger();
                    b.servers().stream()
                            .filter(s -> !s.prepared() && !stored.contains(s.identity()))
                            .forEach(s -> missing.add(s + " is not in " + stored));
                });
        open.add(replica);
        replica.start();
        declared.endpoints("web", pod(1, "n1", true), pod(2, "n2", true), pod(3, "n2", true));
        declared.balancer("web", "198.51.100.12", "web", null);
        awaitCondition("web", PROGRAMMED, "True");
        assertThat(missing).isEmpty();
    }

    @Test
    void anotherReplicaGoesOnWithTheSameListAndGeneration() throws Exception {
        Replica first = replica("a");
        declared.endpoints("web", pod(1, "n1", true), pod(2, "n2", true));
        declared.balancer("web", "198.51.100.13", "web", null);
        awaitCondition("web", PROGRAMMED, "True");
        declared.endpoints("web", pod(1, "n1", false), pod(2, "n2", true));
        await().atMost(LONG).until(() -> declared.get("web").getStatus().servers() == 1);
        Replica second = replica("b");
        assertThat(second.leads()).isFalse();
        Balancer before = balancer(first, "web");
        first.close();
        open.remove(first);
        await().atMost(LONG).until(second::leads);
        await().atMost(LONG).until(() -> second.latest().balancers().size() > 0);
        assertThat(balancer(second, "web")).isEqualTo(before);
    }

    @Test
    void nodesGetAnObjectThatGoesWithThem() {
        replica("a");
        server.node("n9", "10.9.0.9");
        await().atMost(LONG).until(() -> {
            HashNode node = admin.resources(HashNode.class).withName("n9").get();
            return node != null
                    && node.getStatus() != null
                    && "simulated".equals(node.getStatus().engine());
        });
        admin.nodes().withName("n9").delete();
        await().atMost(LONG)
                .until(() -> admin.resources(HashNode.class).withName("n9").get() == null);
    }

    @Test
    void whatANodeTellsNoMoreGoesFromItsObject() throws Exception {
        Replica first = replica("a");
        server.node("n8", "10.9.0.8");
        awaitNode("n8", status -> "simulated".equals(status.engine()));
        first.nodes()
                .reported(new NodeReport("n8", List.of(), Set.of(), Optional.of(new NodeReport.Counters(1, 2, 3, 4))));
        first.nodes()
                .answered(new NodeAnswer.Refused(
                        "n8", 8, NodeAnswer.RefusalCode.SYSTEM, "no memory", Optional.empty(), OptionalLong.of(7)));
        awaitNode("n8", status -> status.counters() != null && status.lastError() != null);

        first.close();
        open.remove(first);
        replica("b");
        awaitNode("n8", status -> status.counters() == null && status.lastError() == null);
        admin.nodes().withName("n8").delete();
    }

    private void awaitNode(String name, Predicate<HashNodeStatus> as) {
        await().atMost(LONG).until(() -> {
            HashNode node = hashNode(name);
            return node != null && node.getStatus() != null && as.test(node.getStatus());
        });
    }

    /** This API server has no garbage collector: what it would do is said by the references alone. */
    @Test
    void whatTheOperatorMakesGoesWithTheRelease() {
        replica("a");
        declared.endpoints("web", pod(1, "n1", true));
        declared.balancer("web", "198.51.100.17", "web", null);
        awaitCondition("web", PROGRAMMED, "True");
        var role = admin.rbac().clusterRoles().withName("hashlb-operator").get();
        OwnerReference release = new OwnerReferenceBuilder()
                .withApiVersion("rbac.authorization.k8s.io/v1")
                .withKind("ClusterRole")
                .withName("hashlb-operator")
                .withUid(role.getMetadata().getUid())
                .build();
        await().atMost(LONG)
                .until(() -> hashNode("n1") != null && hashNode("n1").getStatus() != null);
        List<HasMetadata> made = new ArrayList<>();
        made.addAll(admin.resources(HashNode.class).list().getItems());
        made.addAll(admin.leases().inNamespace(ApiServer.NAMESPACE).list().getItems());
        made.addAll(ledgers());
        assertThat(made).extracting(HasMetadata::getKind).contains("HashNode", "Lease", "ConfigMap");
        assertThat(made)
                .allSatisfy(object ->
                        assertThat(object.getMetadata().getOwnerReferences()).containsExactly(release));
    }

    @Test
    void whatAnEarlierVersionMadeWithoutAnOwnerGetsOne() {
        declared.endpoints("web", pod(1, "n1", true));
        declared.balancer("web", "198.51.100.18", "web", null);
        Replica first = replica("a");
        awaitCondition("web", PROGRAMMED, "True");
        open.remove(first);
        first.close();
        ledgers()
                .forEach(map -> admin.resource(map).edit(m -> {
                    m.getMetadata().setOwnerReferences(List.of());
                    return m;
                }));
        admin.resources(HashNode.class).withName("n1").edit(node -> {
            node.getMetadata().setOwnerReferences(List.of());
            return node;
        });
        replica("b");
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(ledgers())
                    .isNotEmpty()
                    .allSatisfy(m ->
                            assertThat(m.getMetadata().getOwnerReferences()).hasSize(1));
            assertThat(hashNode("n1").getMetadata().getOwnerReferences()).hasSize(1);
        });
    }

    @Test
    void nothingIsPlannedWhileNothingChanges() {
        Replica replica = replica("a");
        declared.endpoints("web", pod(1, "n1", true));
        declared.balancer("web", "198.51.100.19", "web", null);
        awaitCondition("web", PROGRAMMED, "True");
        int[] plans = {-1};
        await().pollInterval(Duration.ofSeconds(4)).atMost(LONG.multipliedBy(2)).until(() -> {
            int before = plans[0];
            plans[0] = replica.plans();
            return plans[0] == before;
        });
    }

    @Test
    void whatTheInstallationPermitsIsReadAnewThoughNothingElseChanges() throws IOException {
        replica("a");
        declared.endpoints("web", pod(1, "n1", true));
        declared.balancer("web", "203.0.113.20", "web", null);
        awaitCondition("web", ACCEPTED, "False");
        String before = Files.readString(installation);
        try {
            Files.writeString(installation, before + "- namespaces: ['*']\n  cidrs: [203.0.113.0/24]\n");
            awaitCondition("web", ACCEPTED, "True");
            Files.writeString(installation, "- [what is this");
            declared.balancer("api", "203.0.113.21", "web", null);
            awaitCondition("api", ACCEPTED, "True");
        } finally {
            Files.writeString(installation, before);
        }
    }

    /** As {@code kubectl get} asks for it: the API server makes the columns. */
    @Test
    void columnsReadWell() {
        replica("a");
        declared.endpoints("web", pod(1, "n1", true), pod(2, "n2", true));
        declared.balancer("web", "198.51.100.21", "web", null);
        awaitCondition("web", PROGRAMMED, "True");
        assertThat(row("/apis/hashlb.dev/v1alpha1/namespaces/" + namespace + "/hashloadbalancers", "web"))
                .startsWith("web", "198.51.100.21", "2", "2/2");
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(row("/apis/hashlb.dev/v1alpha1/hashnodes", "n1"))
                        .startsWith("n1", "simulated", "test")
                        .element(3)
                        .asString()
                        .matches("\\d+"));
    }

    private List<String> row(String path, String name) {
        HttpClient http = admin.getHttpClient();
        HttpResponse<String> answer = http.sendAsync(
                        http.newHttpRequestBuilder()
                                .uri(admin.getMasterUrl().toString().replaceAll("/$", "") + path)
                                .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
                                .build(),
                        String.class)
                .join();
        JsonNode table = Serialization.unmarshal(answer.body(), JsonNode.class);
        List<String> cells = new ArrayList<>();
        for (JsonNode each : table.path("rows")) {
            if (each.at("/cells/0").asText().equals(name)) {
                each.path("cells").forEach(cell -> cells.add(cell.asText()));
            }
        }
        return cells;
    }

    private HashNode hashNode(String name) {
        return admin.resources(HashNode.class).withName(name).get();
    }

    private List<ConfigMap> ledgers() {
        return admin.configMaps()
                .inNamespace(ApiServer.NAMESPACE)
                .withLabel("hashlb.dev/ledger")
                .list()
                .getItems();
    }

    @Test
    void deletedBalancerLeavesSnapshotAndLedger() {
        Replica replica = replica("a");
        declared.endpoints("web", pod(1, "n1", true));
        declared.balancer("web", "198.51.100.14", "web", null);
        awaitCondition("web", PROGRAMMED, "True");
        declared.delete("web");
        await().atMost(LONG).until(() -> replica.latest().balancers().isEmpty());
        await().atMost(LONG).until(() -> ledger().isEmpty());
    }

    private Replica replica(String identity) {
        Replica replica = new Replica(server.as("hashlb-operator"), identity, installation);
        open.add(replica);
        return replica.start();
    }

    private Service service(String name) {
        return admin.services().inNamespace(namespace).withName(name).get();
    }

    private static Condition condition(HashLoadBalancer balancer, String type) {
        return Stream.ofNullable(balancer.getStatus())
                .flatMap(s -> Stream.ofNullable(s.conditions()))
                .flatMap(List::stream)
                .filter(c -> c.getType().equals(type))
                .findFirst()
                .orElseThrow(() -> new AssertionError(type + " is not in " + balancer.getStatus()));
    }

    private void awaitCondition(String name, String type, String status) {
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(condition(declared.get(name), type).getStatus())
                                .isEqualTo(status));
    }

    private Balancer balancer(Replica replica, String name) {
        return replica.latest().balancers().stream()
                .filter(b -> b.name().equals(new NamespacedName(namespace, name)))
                .findFirst()
                .orElseThrow();
    }

    /** All that is stored of this test's namespace. */
    private String ledger() {
        return ledgers().stream()
                .map(ConfigMap::getData)
                .filter(d -> d.get("balancer").startsWith(namespace + "/"))
                .map(d -> d.get("entry"))
                .reduce("", String::concat);
    }
}

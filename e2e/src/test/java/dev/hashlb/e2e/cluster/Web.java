package dev.hashlb.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hashlb.crds.v1alpha1.HashLoadBalancer;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A Deployment of echo servers with a Service and a balancer of the same name.
 *
 * @param vips its addresses; TCP 80 and UDP 53
 * @param ingress which routers handle a packet: {@code AnyNode} or {@code SelfSelect}
 */
record Web(TestCluster cluster, String name, List<String> vips, String ingress) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TRACE_WITHIN = Duration.ofSeconds(30);

    Web(TestCluster cluster, String name, String vip) {
        this(cluster, name, List.of(vip), "AnyNode");
    }

    /** Makes all three, and waits until every node forwards to them. */
    static Web create(TestCluster cluster, String name, String vip, int replicas) {
        Web web = new Web(cluster, name, vip).declareAll(replicas);
        web.awaitProgrammed(replicas);
        return web;
    }

    /** Makes all three, and waits for nothing. */
    Web declareAll(int replicas) {
        return create(objects(replicas));
    }

    /** As {@link #declareAll}, with a {@link ReadinessGate}: no pod is ready until its is open. */
    Web declareGated(int replicas) {
        List<HasMetadata> objects = objects(replicas);
        objects.stream()
                .filter(Deployment.class::isInstance)
                .map(Deployment.class::cast)
                .forEach(ReadinessGate::addTo);
        return create(objects);
    }

    private Web create(List<HasMetadata> objects) {
        objects.forEach(each -> cluster.client().resource(each).create());
        return this;
    }

    private List<HasMetadata> objects(int replicas) {
        String image = cluster.dataPlanes()
                .getFirst()
                .getSpec()
                .getContainers()
                .getFirst()
                .getImage();
        String yaml = """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: NAME, namespace: NAMESPACE}
                spec:
                  replicas: REPLICAS
                  selector: {matchLabels: {app: NAME}}
                  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
                  template:
                    metadata: {labels: {app: NAME}}
                    spec:
                      terminationGracePeriodSeconds: 20
                      topologySpreadConstraints:
                        - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: NAME}}}
                      securityContext: {runAsNonRoot: true}
                      containers:
                        - name: echo
                          image: IMAGE
                          args: [echo, --http-port=8080, --udp-port=5353, --announce, --serve-on-seconds=SERVE_ON, --linger-seconds=5]
                          env: [{name: JAVA_TOOL_OPTIONS, value: "-XX:TieredStopAtLevel=1"}]
                          resources: {requests: {cpu: 20m}}
                          readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: NAME, namespace: NAMESPACE}
                spec:
                  selector: {app: NAME}
                  ipFamilyPolicy: PreferDualStack
                  ports:
                    - {name: http, port: 80, targetPort: 8080}
                    - {name: dns, port: 53, targetPort: 5353, protocol: UDP}
                ---
                """.replace("REPLICAS", Integer.toString(replicas))
                        .replace("IMAGE", image)
                        .replace("SERVE_ON", Integer.toString(Environment.serveOnSeconds()))
                + BALANCER;
        return load(yaml);
    }

    private static final String BALANCER = """
            apiVersion: hashlb.dev/v1alpha1
            kind: HashLoadBalancer
            metadata: {name: NAME, namespace: NAMESPACE}
            spec:
              addresses: [VIPS]
              ingress: {mode: INGRESS}
              ports:
                - {name: http, protocol: TCP, port: 80, targetPort: 8080}
                - {name: dns, protocol: UDP, port: 53, targetPort: 5353}
              serviceName: NAME
            """;

    /** The balancer alone. */
    HashLoadBalancer declare() {
        return cluster.client()
                .resource(Serialization.unmarshal(filled(BALANCER), HashLoadBalancer.class))
                .create();
    }

    private List<HasMetadata> load(String yaml) {
        return cluster.client()
                .load(new ByteArrayInputStream(filled(yaml).getBytes(StandardCharsets.UTF_8)))
                .items();
    }

    private String filled(String yaml) {
        String addresses = vips.stream().map(vip -> '"' + vip + '"').collect(Collectors.joining(", "));
        return yaml.replace("NAMESPACE", TestCluster.NAMESPACE)
                .replace("NAME", name)
                .replace("VIPS", addresses)
                .replace("INGRESS", ingress);
    }

    void scale(int replicas) {
        cluster.client()
                .apps()
                .deployments()
                .inNamespace(TestCluster.NAMESPACE)
                .withName(name)
                .scale(replicas);
        awaitProgrammed(replicas);
    }

    /** Waits until the balancer has so many servers, the same as the pods that are ready, and every node forwards to them. */
    void awaitProgrammed(int servers) {
        await(name + " programmed with " + servers + " servers")
                .atMost(TestCluster.CONVERGED_WITHIN)
                .untilAsserted(() -> assertThat(cluster.balancer(name).getStatus())
                        .as(() -> "pods:\n" + TestCluster.states(pods()))
                        .matches(status -> programmed(status, servers)));
        // Slowly: each look is a process of its own on a node.
        await(name + " traced to its " + servers + " pods")
                .atMost(TestCluster.CONVERGED_WITHIN)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofSeconds(2))
                .untilAsserted(() -> assertThat(traced()).isEqualTo(readyPods()));
    }

    private boolean programmed(@Nullable HashLoadBalancerStatus status, int servers) {
        String everyNode = readyNodes() + "/" + readyNodes();
        return status != null
                && status.servers() != null
                && status.servers() == servers
                && status.nodes() != null
                && everyNode.equals(status.nodes().summary())
                && condition(HashLoadBalancerStatus.PROGRAMMED);
    }

    private long readyNodes() {
        return cluster.client().nodes().list().getItems().stream()
                .filter(node -> node.getStatus().getConditions().stream()
                        .anyMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True")))
                .count();
    }

    boolean condition(String type) {
        HashLoadBalancerStatus status = cluster.balancer(name).getStatus();
        return status != null
                && status.conditions() != null
                && status.conditions().stream()
                        .anyMatch(c -> c.getType().equals(type) && c.getStatus().equals("True"));
    }

    List<Pod> pods() {
        return cluster.pods(TestCluster.NAMESPACE, "app", name);
    }

    private Set<String> readyPods() {
        return pods().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null) // one that ends is ready for a while
                .filter(pod -> pod.getStatus().getConditions().stream()
                        .anyMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True")))
                .map(pod -> pod.getMetadata().getName())
                .collect(Collectors.toSet());
    }

    /** The servers that some of a thousand flows go to. */
    Set<String> traced() {
        String vip = vips.getFirst();
        List<String> flows = new ArrayList<>();
        for (int port = 1; port <= 1000; port++) {
            flows.add(flow("TCP", "192.0.2.1", 20_000 + port, vip, 80));
        }
        return Set.copyOf(trace(flows));
    }

    /** A flow as {@code hashlb trace} takes it. */
    static String flow(String protocol, String client, int clientPort, String vip, int port) {
        return protocol + ' ' + endpoint(client, clientPort) + ' ' + endpoint(vip, port);
    }

    private static String endpoint(String address, int port) {
        return (address.contains(":") ? '[' + address + ']' : address) + ':' + port;
    }

    /** What {@code hashlb trace} says on a node, for each flow: the server's name, or {@code error: ...}. */
    List<String> trace(List<String> flows) {
        Pod pod = cluster.dataPlanes().stream()
                .filter(each -> !Environment.isKilled(each.getSpec().getNodeName()))
                .findFirst()
                .orElseThrow();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (ExecWatch exec = cluster.client()
                .pods()
                .inNamespace(Release.NAMESPACE)
                .withName(pod.getMetadata().getName())
                .inContainer("dataplane")
                .redirectingInput()
                .writingOutput(out)
                .writingError(err)
                .exec("hashlb", "trace", "--state", "/var/lib/hashlb", "--json", "-")) {
            exec.getInput().write((String.join("\n", flows) + "\n").getBytes(StandardCharsets.US_ASCII));
            exec.getInput().flush();
            // The end of its input cannot be told over a WebSocket; it answers each line that it has.
            await("trace's answers")
                    .atMost(TRACE_WITHIN)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> out.toString(StandardCharsets.UTF_8)
                                    .chars()
                                    .filter(c -> c == '\n')
                                    .count()
                            >= flows.size());
            List<String> servers = new ArrayList<>();
            for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
                JsonNode answer = JSON.readTree(line);
                servers.add(
                        answer.has("server")
                                ? answer.path("server").asText()
                                : "error: " + answer.path("error").asText());
            }
            return servers;
        } catch (IOException | ConditionTimeoutException e) {
            throw new IllegalStateException("trace on " + pod.getSpec().getNodeName() + " failed: " + err, e);
        }
    }

    void delete() {
        KubernetesClient client = cluster.client();
        client.resources(HashLoadBalancer.class)
                .inNamespace(TestCluster.NAMESPACE)
                .withName(name)
                .delete();
        client.services().inNamespace(TestCluster.NAMESPACE).withName(name).delete();
        client.apps()
                .deployments()
                .inNamespace(TestCluster.NAMESPACE)
                .withName(name)
                .delete();
        await(name + " gone").atMost(TestCluster.CONVERGED_WITHIN).until(() -> pods().isEmpty());
    }
}

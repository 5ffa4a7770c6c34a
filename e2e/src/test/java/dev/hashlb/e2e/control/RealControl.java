package dev.hashlb.e2e.control;

import static org.awaitility.Awaitility.await;

import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.crds.v1alpha1.HashLoadBalancer;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus;
import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Topology;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A lab whose agents are fed by the operator's own processes, beside a real API server; the balancer is default/web. */
final class RealControl implements AutoCloseable {
    private static final Duration CONVERGED_WITHIN = Duration.ofSeconds(90);

    private final ControlledLab lab;
    private final ApiServer apiServer;
    private final ClusterObjects objects;
    private final WebEndpoints endpoints;
    private final Path allowedAddresses;
    private final Path kubeconfig;

    private RealControl(ControlledLab lab) throws IOException {
        this.lab = lab;
        Path folder = lab.lab().directory();
        Path values = Files.writeString(
                folder.resolve("values.yaml"),
                "allowedAddresses: [{namespaces: ['*'], cidrs: [198.51.100.0/24, '2001:db8:51::/64']}]\n");
        apiServer = lab.lab().closeWithLab(ApiServer.start(Files.createDirectory(folder.resolve("api")), values));
        kubeconfig = apiServer.kubeconfig("hashlb-operator");
        allowedAddresses = Files.writeString(
                folder.resolve("allowed-addresses.yaml"), kept("hashlb-operator", "allowed-addresses.yaml"));
        objects = new ClusterObjects(apiServer.admin(), lab.topology());
        endpoints = new WebEndpoints(objects);
        lab.topology().nodes().forEach(objects::node);
        objects.balancer(WebEndpoints.SERVICE, 0);
    }

    /** Builds it; neither an operator nor an agent runs yet. */
    static RealControl open(UnaryOperator<Topology.Builder> topology) {
        ControlledLab lab = ControlledLab.open(topology);
        try {
            return new RealControl(lab);
        } catch (IOException e) {
            lab.close();
            throw new java.io.UncheckedIOException(e);
        } catch (RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    ControlledLab lab() {
        return lab;
    }

    ApiServer apiServer() {
        return apiServer;
    }

    WebEndpoints endpoints() {
        return endpoints;
    }

    /** Starts the operator in as many replicas, to which the Service leads from now on; ends with the lab at the latest. */
    List<OperatorReplica> operators(String... names) {
        List<OperatorReplica> replicas = new ArrayList<>();
        for (String name : names) {
            replicas.add(lab.lab()
                    .closeWithLab(new OperatorReplica(name, lab.lab().directory(), kubeconfig, allowedAddresses)));
        }
        lab.operator()
                .leadTo(replicas.stream().map(OperatorReplica::pushAddress).toList());
        return replicas;
    }

    /** Starts an agent on every node, as soon as the operator has told its authority. */
    void agents() {
        await("the operator tells its authority")
                .atMost(CONVERGED_WITHIN)
                .until(() -> !kept("hashlb-ca", "ca.crt").isEmpty());
        String authorities = kept("hashlb-ca", "ca.crt");
        for (LabNode node : lab.topology().nodes()) {
            lab.mount(node.name(), authorities, objects.dataPlaneToken(node.name()));
            lab.start(node.name());
        }
        lab.agents().forEach(DataPlaneProcess::awaitReady);
    }

    private String kept(String configMap, String key) {
        ConfigMap map = apiServer
                .admin()
                .configMaps()
                .inNamespace(ApiServer.NAMESPACE)
                .withName(configMap)
                .get();
        Map<String, String> data = map.getData();
        return data == null ? "" : data.getOrDefault(key, "");
    }

    /** Who leads, by the name of its pod. */
    String leader() {
        return apiServer
                .admin()
                .leases()
                .inNamespace(ApiServer.NAMESPACE)
                .withName("hashlb-operator")
                .get()
                .getSpec()
                .getHolderIdentity();
    }

    /** Waits until every node has kept one and the same list of servers, namely those that are ready, and all of them take flows. */
    void awaitConverged() {
        Set<String> ready = endpoints.readyUids();
        await("every node has " + ready).atMost(CONVERGED_WITHIN).until(() -> {
            List<Snapshot> stored = stored();
            return stored.stream().distinct().count() == 1
                    && takingFlows(stored.getFirst()).equals(ready);
        });
    }

    private List<Snapshot> stored() {
        return lab.topology().nodes().stream()
                .map(node -> lab.stored(node.name()))
                .toList();
    }

    /** Waits until the operator says so too. */
    void awaitProgrammed() {
        await("the balancer is programmed").atMost(CONVERGED_WITHIN).until(() -> {
            HashLoadBalancerStatus status = apiServer
                    .admin()
                    .resources(HashLoadBalancer.class)
                    .inNamespace(ClusterObjects.NAMESPACE)
                    .withName(WebEndpoints.SERVICE)
                    .get()
                    .getStatus();
            return status != null
                    && status.conditions() != null
                    && status.conditions().stream()
                            .anyMatch(c -> c.getType().equals(HashLoadBalancerStatus.PROGRAMMED)
                                    && c.getStatus().equals("True"));
        });
    }

    /** The identities that take new flows in a node's snapshot. */
    static Set<String> takingFlows(Snapshot snapshot) {
        return snapshot.balancers().stream()
                .flatMap(balancer -> balancer.servers().stream()
                        .filter(s -> s.intervalAt(balancer.generation()).isPresent()))
                .map(Server::identity)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** All servers of a snapshot that take, or took, flows. */
    static Stream<Server> owners(Snapshot snapshot) {
        return snapshot.balancers().stream()
                .flatMap(balancer -> balancer.servers().stream())
                .filter(server -> !server.prepared());
    }

    @Override
    public void close() {
        lab.close();
    }
}

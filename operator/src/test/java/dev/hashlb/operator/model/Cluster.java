package dev.hashlb.operator.model;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A cluster for tests: what is in it, the planner's state, and a clock. Each {@link #plan} is published under the next version. */
final class Cluster {
    static final NamespacedName WEB = new NamespacedName("shop", "web");
    static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    final Map<NamespacedName, DeclaredBalancer> balancers = new LinkedHashMap<>();
    final Map<NamespacedName, ServicePorts> services = new HashMap<>();
    final Map<NamespacedName, List<Endpoint>> endpoints = new HashMap<>();
    final Map<String, ClusterNode> nodes = new LinkedHashMap<>();
    final List<String> dataPlanes = new ArrayList<>();
    final Map<String, NodeState> answers = new HashMap<>();
    final Map<IpAddress, NamespacedName> serviceAddresses = new HashMap<>();
    final List<Installation.Allowed> allowed = new ArrayList<>(
            List.of(new Installation.Allowed(List.of("*"), cidrs("198.51.100.0/24", "2001:db8:51::/64"))));
    final List<Installation.Forbidden> forbidden = new ArrayList<>();
    PlannerState state = PlannerState.startingFrom(Ledger.EMPTY);
    boolean settling;
    long millis = 1_000_000;
    long version;

    static Cluster ofNodes(int count) {
        Cluster cluster = new Cluster();
        for (int i = 1; i <= count; i++) {
            cluster.node("n" + i, "10.9.0." + i);
        }
        return cluster;
    }

    void node(String name, String... internal) {
        nodes.put(
                name, new ClusterNode(name, addresses(internal), List.of(), cidrs("10.244." + nodes.size() + ".0/24")));
        answers.put(name, NodeState.UNKNOWN.withConnected(true));
    }

    void declare(NamespacedName name, HashLoadBalancerSpec spec) {
        DeclaredBalancer before = balancers.get(name);
        balancers.put(
                name,
                new DeclaredBalancer(
                        name,
                        before == null ? "uid-of-" + name : before.uid(),
                        before == null ? EPOCH.plusSeconds(balancers.size()) : before.createdAt(),
                        before == null ? 1 : before.observedGeneration() + 1,
                        spec,
                        before == null ? null : before.status()));
    }

    static Spec spec() {
        return new Spec();
    }

    /** What a test wants to say of a declaration. */
    static final class Spec {
        private List<String> addresses = List.of("198.51.100.10");
        private List<HashLoadBalancerSpec.Port> ports = List.of(port(80, new IntOrString(8080)));
        private HashLoadBalancerSpec.Hash hash;
        private String serviceName = "web";
        private Map<String, String> selector;

        Spec addresses(String... literals) {
            addresses = List.of(literals);
            return this;
        }

        Spec ports(HashLoadBalancerSpec.Port... list) {
            ports = List.of(list);
            return this;
        }

        Spec table(HashLoadBalancerSpec.TableKind table) {
            hash = new HashLoadBalancerSpec.Hash(null, table, null);
            return this;
        }

        Spec source(String service, Map<String, String> labels) {
            serviceName = service;
            selector = labels;
            return this;
        }

        HashLoadBalancerSpec done() {
            return new HashLoadBalancerSpec(
                    addresses, ports, serviceName, selector, hash, null, null, null, null, null);
        }
    }

    static HashLoadBalancerSpec.Port port(int port, IntOrString target) {
        return new HashLoadBalancerSpec.Port(null, null, port, target, null);
    }

    /** A pod of shop/web; its address follows from its number. */
    void pod(int number, String node, boolean ready) {
        pod(number, node, ready, false, Map.of());
    }

    void pod(int number, String node, boolean ready, boolean terminating, Map<String, Integer> ports) {
        removePod(number);
        endpoints
                .computeIfAbsent(WEB, w -> new ArrayList<>())
                .add(new Endpoint(
                        "web-" + number,
                        uid(number),
                        node,
                        addresses("10.244.0." + number),
                        ready,
                        terminating,
                        ports));
    }

    void endpoint(Endpoint endpoint) {
        endpoints.computeIfAbsent(WEB, w -> new ArrayList<>()).add(endpoint);
    }

    void removePod(int number) {
        endpoints
                .computeIfAbsent(WEB, w -> new ArrayList<>())
                .removeIf(e -> e.podUid().equals(uid(number)));
    }

    static String uid(int number) {
        return "00000000-0000-4000-8000-%012d".formatted(number);
    }

    /** Every connected node acknowledges what went out last. */
    void acknowledge() {
        answers.replaceAll(
                (name, node) -> node.connected() ? node.acknowledged(version, node.problems(), node.leftOut()) : node);
    }

    ClusterView view() {
        return new ClusterView(
                List.copyOf(balancers.values()),
                services,
                endpoints,
                List.copyOf(nodes.values()),
                List.copyOf(dataPlanes),
                answers,
                new ServiceAddresses(serviceAddresses),
                new Installation(allowed, forbidden),
                settling);
    }

    Plan plan() {
        Plan plan = Planner.plan(view(), state, new Moment(EPOCH.plusMillis(millis), millis));
        version++;
        state = plan.next().published(version);
        plan.statuses()
                .forEach((name, status) -> balancers.computeIfPresent(
                        name,
                        (n, b) -> new DeclaredBalancer(
                                n, b.uid(), b.createdAt(), b.observedGeneration(), b.spec(), status)));
        return plan;
    }

    /** Plans and acknowledges until nothing more comes of it. */
    Plan settle() {
        plan();
        acknowledge();
        plan();
        acknowledge();
        return plan();
    }

    /** Another operator leads: it knows nothing but the ledger. */
    void restartOperator() {
        state = PlannerState.startingFrom(state.ledger());
        answers.replaceAll((name, node) -> NodeState.UNKNOWN.withConnected(node.connected()));
    }

    static Balancer balancer(Plan plan, NamespacedName name) {
        return plan.snapshot().balancers().stream()
                .filter(b -> b.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not in " + plan.snapshot()));
    }

    static Server server(Plan plan, int number) {
        return balancer(plan, WEB).servers().stream()
                .filter(s -> s.identity().equals(uid(number)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no server " + number + " in " + plan.snapshot()));
    }

    static Condition condition(Plan plan, NamespacedName name, String type) {
        HashLoadBalancerStatus status = plan.statuses().get(name);
        return status.conditions().stream()
                .filter(c -> c.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    static List<IpAddress> addresses(String... literals) {
        return List.of(literals).stream().map(IpAddress::parse).toList();
    }

    static List<Cidr> cidrs(String... texts) {
        return List.of(texts).stream().map(Cidr::parse).toList();
    }
}

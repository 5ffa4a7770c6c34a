package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.Declaration;
import dev.hashlb.e2e.lab.Lab;
import dev.hashlb.e2e.lab.LabException;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.lab.PodNetwork;
import dev.hashlb.e2e.lab.Topology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/** A lab with a data plane on every node, which all read one file. */
final class Cluster implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(30);
    /** Where the server of every pod listens. */
    static final int TARGET_PORT = 8080;

    /** The tunnel's key of every lab, as hexadecimal digits: it protects nothing but a test. */
    static final String KEY = "000102030405060708090a0b0c0d0e0f";

    private static Cluster shared;

    private final Lab lab;
    private final Path file;
    private final List<String> options;
    private final Map<String, DataPlaneProcess> dataPlanes = new ConcurrentHashMap<>();
    private final Map<String, PodServers> servers = new HashMap<>();

    private Cluster(Lab lab, List<String> options) {
        this.lab = lab;
        this.file = lab.directory().resolve("hashlb.yaml");
        this.options = options;
    }

    /**
     * The cluster that most classes share: routers r1 and r2, of which r2 hosts two pods; n1 and n2 with four pods each, of
     * which n2 attaches its pods as Calico does. Tags are on. Every pod has a plain server on {@link #TARGET_PORT}.
     */
    static synchronized Cluster shared() {
        if (shared == null) {
            shared = open(
                    t -> t.router("r1")
                            .router("r2", 2)
                            .node("n1", 4)
                            .node("n2", 4, PodNetwork.PROXY_ARP)
                            .clientAddresses(64),
                    true);
        }
        return shared.recovered();
    }

    /**
     * A cluster of its own, for what a shared one could not stand.
     *
     * @param more options of its data planes
     */
    static Cluster open(UnaryOperator<Topology.Builder> topology, boolean tags, String... more) {
        Lab lab = Lab.open(topology);
        try {
            List<String> options = new ArrayList<>(List.of(more));
            if (tags) {
                options.addAll(List.of("--key-file", keyFile(lab).toString()));
            }
            var cluster = new Cluster(lab, options);
            cluster.pods().forEach(cluster::startServer);
            return cluster;
        } catch (RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    private static Path keyFile(Lab lab) {
        try {
            return Files.writeString(lab.directory().resolve("key"), KEY + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Lab lab() {
        return lab;
    }

    Path file() {
        return file;
    }

    List<Pod> pods() {
        return lab.topology().pods();
    }

    Pod pod(String name) {
        return lab.topology().pod(name);
    }

    LabNode node(String name) {
        return lab.topology().node(name);
    }

    /** Starts the server of a pod on {@link #TARGET_PORT}, TCP and UDP. */
    void startServer(Pod pod) {
        servers.put(
                pod.name(),
                lab.closeWithLab(new PodServers().tcp(pod, TARGET_PORT).udp(pod, TARGET_PORT)));
    }

    /** Ends the server of a pod: its open sockets would keep the pod's network namespace alive. */
    void stopServer(Pod pod) {
        servers.remove(pod.name()).close();
    }

    /** The client on the far side of the wan link. */
    Client client() {
        return new Client(lab.topology().clientNamespace());
    }

    DataPlaneProcess dataPlane(String node) {
        return dataPlanes.get(node);
    }

    Map<String, DataPlaneProcess> dataPlanes() {
        return Map.copyOf(dataPlanes);
    }

    /** Declares balancers instead of those before; returns when every data plane forwards by it. */
    void declare(Consumer<Declaration> declare) {
        Declaration declaration = Declaration.of(lab);
        declare.accept(declaration);
        declare(declaration.yaml());
    }

    void declare(String yaml) {
        if (yaml.equals(currentText())) {
            return;
        }
        Map<String, Double> before = new HashMap<>();
        dataPlanes.forEach((name, dataPlane) -> before.put(name, snapshotVersion(dataPlane)));
        Declaration.write(file, yaml);
        if (dataPlanes.isEmpty()) {
            startAll();
        } else {
            dataPlanes.forEach((name, dataPlane) -> awaitNewerSnapshot(dataPlane, before.get(name)));
        }
    }

    /** Writes balancers instead of those before, and leaves it to the data planes when they read them. */
    void publish(Consumer<Declaration> declare) {
        Declaration declaration = Declaration.of(lab);
        declare.accept(declaration);
        declaration.write(file);
    }

    /** Waits until every data plane that runs forwards by a generation of a balancer's list, or by a newer one. */
    void awaitGeneration(String balancer, long generation) {
        String label = "balancer=\"default/" + balancer + "\"";
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptionsInstanceOf(LabException.class) // of one that is just being killed
                .until(() -> dataPlanes.values().stream()
                        .filter(DataPlaneProcess::isAlive)
                        .allMatch(
                                dataPlane -> dataPlane.metrics().sum("hashlb_balancer_generation", label) >= generation
                                        && dataPlane.isReady()));
    }

    private String currentText() {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static double snapshotVersion(DataPlaneProcess dataPlane) {
        return dataPlane.metrics().sum("hashlb_snapshot_version");
    }

    private static void awaitNewerSnapshot(DataPlaneProcess dataPlane, double before) {
        try {
            await().atMost(SOON)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> snapshotVersion(dataPlane) > before && dataPlane.isReady());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    dataPlane + " does not apply the new file; ready: " + dataPlane.isReady() + ", snapshot "
                            + snapshotVersion(dataPlane) + " after " + before + "; its log:\n" + dataPlane.log(),
                    e);
        }
    }

    private void startAll() {
        lab.topology().nodes().forEach(node -> dataPlanes.put(node.name(), launch(node)));
        dataPlanes.values().forEach(DataPlaneProcess::awaitReady);
    }

    private DataPlaneProcess launch(LabNode node) {
        return DataPlaneProcess.start(lab, node, file, options.toArray(String[]::new));
    }

    /** Starts a node's data plane, whether one ran before or not. */
    DataPlaneProcess start(String node) {
        DataPlaneProcess started = launch(node(node)).awaitReady();
        dataPlanes.put(node, started);
        return started;
    }

    /** Starts a process that follows the one that runs, and waits until that has ended by itself. */
    DataPlaneProcess succeed(String node) {
        DataPlaneProcess before = dataPlane(node);
        DataPlaneProcess successor = launchSuccessor(node, file);
        dataPlanes.put(node, successor);
        assertThat(before.awaitExit()).as("exit status of %s", before).isZero();
        return successor.awaitReady();
    }

    /** Starts a process that is to follow the one that runs, and waits for nothing. */
    DataPlaneProcess launchSuccessor(String node, Path declaration) {
        String[] all = Stream.concat(options.stream(), Stream.of("--take-over")).toArray(String[]::new);
        return DataPlaneProcess.start(lab, node(node), declaration, all);
    }

    /** After a test that ended data planes or moved routes: all run again, and r1 has the VIPs. */
    private Cluster recovered() {
        dataPlanes.values().stream()
                .filter(dataPlane -> !dataPlane.isAlive())
                .map(dataPlane -> dataPlane.node().name())
                .toList()
                .forEach(this::start);
        lab.routeVipsTo(node("r1"));
        lab.setWanMtu(1500);
        return this;
    }

    /** The sum of a metric over all data planes. */
    double metric(String name, String... labels) {
        return dataPlanes.values().stream()
                .mapToDouble(dataPlane -> dataPlane.metrics().sum(name, labels))
                .sum();
    }

    /** Packets that ended so, those included that belong to no single balancer. */
    double outcomes(String outcome) {
        String label = "outcome=\"" + outcome + "\"";
        return metric("hashlb_packets_total", label) + metric("hashlb_unowned_packets_total", label);
    }

    double dropped(String reason) {
        return metric("hashlb_dropped_packets_total", "reason=\"" + reason + "\"");
    }

    /** Waits until more packets have been dropped for a reason than before. */
    void awaitDropped(String reason, double more) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(dropped(reason))
                        .as("packets dropped as %s", reason)
                        .isGreaterThanOrEqualTo(more));
    }

    @Override
    public void close() {
        lab.close();
    }
}

package dev.hashlb.e2e.control;

import dev.hashlb.agent.control.StoredSnapshot;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.Lab;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.lab.Topology;
import dev.hashlb.e2e.suite.Client;
import dev.hashlb.e2e.suite.PodServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A lab with {@code hashlb agent} on its nodes. Plays the kubelet, which puts the authorities and a token into files, and the container
 * runtime, which names the network namespaces of a node's pods in a folder of the node.
 */
final class ControlledLab implements AutoCloseable {
    /** Where the server of every pod listens, TCP and UDP. */
    static final int TARGET_PORT = 8080;

    private static final int OPERATOR_PORT = 9443;

    private final Lab lab;
    private final LabService operator;
    private final Map<String, DataPlaneProcess> agents = new LinkedHashMap<>();
    private final Map<String, PodServers> servers = new HashMap<>();

    private ControlledLab(Lab lab) {
        this.lab = lab;
        this.operator = lab.closeWithLab(
                new LabService(lab.topology().gatewayNamespace(), Topology.GATEWAY_IPV4, OPERATOR_PORT));
    }

    /** Builds it, with a plain server in every pod, and no agent yet. */
    static ControlledLab open(UnaryOperator<Topology.Builder> topology) {
        Lab lab = Lab.open(topology);
        try {
            ControlledLab controlled = new ControlledLab(lab);
            for (LabNode node : lab.topology().nodes()) {
                Files.createDirectories(controlled.names(node.name()));
            }
            for (Pod pod : lab.topology().pods()) {
                controlled.name(pod);
                controlled.serve(pod);
            }
            return controlled;
        } catch (IOException e) {
            lab.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    private void serve(Pod pod) {
        servers.put(
                pod.name(),
                lab.closeWithLab(new PodServers().tcp(pod, TARGET_PORT).udp(pod, TARGET_PORT)));
    }

    /** Takes a pod away, and its server, whose sockets would keep the network namespace alive. */
    void removePod(Pod pod) {
        servers.remove(pod.name()).close();
        lab.removePod(pod);
    }

    Lab lab() {
        return lab;
    }

    Topology topology() {
        return lab.topology();
    }

    List<Pod> pods() {
        return lab.topology().pods();
    }

    Client client() {
        return new Client(lab.topology().clientNamespace());
    }

    /** What the agents dial. */
    LabService operator() {
        return operator;
    }

    private Path names(String node) {
        return lab.directory().resolve("netns-" + node);
    }

    /** From now on the pod's node finds its network namespace. */
    void name(Pod pod) throws IOException {
        Files.createSymbolicLink(
                names(pod.node()).resolve(pod.name()), Path.of("/run/netns").resolve(pod.namespace()));
    }

    /** Makes the namespace of a removed pod anew, with a server in it. */
    void returnPod(Pod pod) {
        lab.returnPod(pod);
        serve(pod);
    }

    /** What the kubelet would mount into a data plane's pod: authorities and its token. */
    void mount(String node, String authorities, String token) {
        try {
            Files.writeString(caFile(node), authorities);
            Files.writeString(tokenFile(node), token);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path caFile(String node) {
        return lab.directory().resolve("ca-" + node);
    }

    private Path tokenFile(String node) {
        return lab.directory().resolve("token-" + node);
    }

    /** Starts the agent of a node, whether one ran before or not; it need not become ready. */
    DataPlaneProcess start(String node) {
        DataPlaneProcess agent = DataPlaneProcess.startAgent(
                lab,
                lab.topology().node(node),
                "--operator",
                Topology.GATEWAY_IPV4 + ":" + OPERATOR_PORT,
                "--ca-file",
                caFile(node).toString(),
                "--token-file",
                tokenFile(node).toString(),
                "--namespaces",
                names(node).toString());
        agents.put(node, agent);
        return agent;
    }

    DataPlaneProcess agent(String node) {
        return agents.get(node);
    }

    Collection<DataPlaneProcess> agents() {
        return List.copyOf(agents.values());
    }

    Path state(String node) {
        return DataPlaneProcess.stateDirectory(lab, lab.topology().node(node));
    }

    /** What a node has kept on its disk; {@link Snapshot#EMPTY} if nothing. */
    Snapshot stored(String node) {
        try {
            return new StoredSnapshot(state(node)).snapshot().orElse(Snapshot.EMPTY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        lab.close();
    }
}

package dev.hashlb.operator.cluster;

import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.operator.push.ConnectedNode;
import dev.hashlb.operator.push.NodeAnswer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** One operator, but its data planes are simulated: those of all nodes acknowledge at once, unless a test wants otherwise. */
final class Replica implements AutoCloseable, DataPlanes {
    private static long versions = 1000;

    private final KubernetesClient client;
    private final Operator sdk;
    private final NodeBook nodes;
    private final ClusterOperator cluster;
    private final List<Snapshot> published = new ArrayList<>();
    private boolean leads;
    private int plans;
    volatile boolean acknowledges = true;
    volatile Consumer<Snapshot> onPublish = s -> {};

    Replica(KubernetesClient client, String identity, Path installation) {
        this.client = client;
        PlanSignal signal = new PlanSignal();
        BalancerReconciler reconciler = new BalancerReconciler(signal);
        this.nodes = new NodeBook(signal, InstantSource.system());
        this.sdk = new Operator(o ->
                o.withKubernetesClient(client).withCloseClientOnStop(false).checkingCRDAndValidateLocalModel(false));
        sdk.register(reconciler);
        this.cluster = new ClusterOperator(
                client,
                new ClusterOperator.Settings(ApiServer.NAMESPACE, identity, List.of(), 9443, installation, List.of()),
                signal,
                reconciler,
                nodes,
                this,
                InstantSource.system());
    }

    Replica start() {
        sdk.start();
        cluster.start();
        return this;
    }

    NodeBook nodes() {
        return nodes;
    }

    synchronized boolean leads() {
        return leads;
    }

    /** How often it has planned: each plan is published. */
    synchronized int plans() {
        return plans;
    }

    synchronized Snapshot latest() {
        return published.isEmpty() ? Snapshot.EMPTY : published.getLast();
    }

    synchronized List<Snapshot> published() {
        return List.copyOf(published);
    }

    @Override
    public synchronized void lead() {
        leads = true;
    }

    @Override
    public synchronized void resign() {
        leads = false;
    }

    @Override
    public long publish(Snapshot snapshot) {
        long version;
        synchronized (this) {
            if (!leads) {
                throw new IllegalStateException("publishes without leading");
            }
            plans++;
            if (snapshot.equals(latest())) {
                return versions;
            }
            published.add(snapshot);
            version = nextVersion();
        }
        onPublish.accept(snapshot);
        if (acknowledges) {
            for (Node node : snapshot.nodes()) {
                nodes.connected(new ConnectedNode(node.name(), "simulated", "test", OptionalLong.empty()));
                nodes.answered(new NodeAnswer.Acknowledged(node.name(), version, List.of(), Map.of()));
            }
        }
        return version;
    }

    private static synchronized long nextVersion() {
        return ++versions;
    }

    @Override
    public void close() {
        cluster.close();
        sdk.stop();
        client.close();
    }
}

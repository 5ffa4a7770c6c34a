package dev.hashlb.operator.cluster;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.operator.model.Installation;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All that the operator does with Kubernetes, put together. Start it when the SDK has started the {@link BalancerReconciler}. */
public final class ClusterOperator implements AutoCloseable {
    /**
     * What one replica needs to know.
     *
     * @param namespace the operator's own: Lease and ledger are there
     * @param identity this replica's, the pod's name; no two replicas have the same
     * @param addresses this replica's own, the pod's; none if nobody else reaches it. Not asked of the network devices, which may have VIPs
     * @param pushPort where other replicas reach its push server, at the first of the addresses
     * @param installationFile who may have which addresses
     * @param forbidden addresses that nobody may have, besides those of nodes, pods, Services and the API server
     */
    public record Settings(
            String namespace,
            String identity,
            List<IpAddress> addresses,
            int pushPort,
            Path installationFile,
            List<Installation.Forbidden> forbidden) {
        public Settings {
            addresses = List.copyOf(addresses);
            forbidden = List.copyOf(forbidden);
        }

        /** As {@code HOST:PORT}; empty if nobody reaches it. */
        String pushAddress() {
            return addresses.stream()
                    .findFirst()
                    .map(first ->
                            (first.family() == Family.IPV6 ? "[" + first + ']' : first.toString()) + ':' + pushPort)
                    .orElse("");
        }
    }

    private final KubernetesClient client;
    private final Settings settings;
    private final PlanSignal signal;
    private final BalancerReconciler balancers;
    private final NodeBook nodes;
    private final DataPlanes dataPlanes;
    private final InstantSource clock;
    private final Background background = new Background();

    private @Nullable Caches caches;
    private @Nullable LeaderElection election;
    private volatile @Nullable PlanLoop loop;

    public ClusterOperator(
            KubernetesClient client,
            Settings settings,
            PlanSignal signal,
            BalancerReconciler balancers,
            NodeBook nodes,
            DataPlanes dataPlanes,
            InstantSource clock) {
        this.client = client;
        this.settings = settings;
        this.signal = signal;
        this.balancers = balancers;
        this.nodes = nodes;
        this.dataPlanes = dataPlanes;
        this.clock = clock;
    }

    /** Fills the caches, then stands for leader: a replica that leads can plan at once. Blocks until the caches are filled. */
    public synchronized void start() {
        Caches filled = new Caches(client, signal);
        caches = filled;
        Views views =
                new Views(balancers, filled, nodes, new InstallationFile(settings.installationFile()), forbidden());
        Release release = new Release(client, System::nanoTime);
        LeaderElection standing = new LeaderElection(
                new LeaderLease(client, release, settings.namespace(), settings.pushAddress()),
                settings.identity(),
                signal::changed);
        election = standing;
        PlanLoop planning = new PlanLoop(
                new PlanLoop.Parts(
                        signal,
                        standing::isLeading,
                        views,
                        new LedgerStore(client, settings.namespace(), release),
                        dataPlanes,
                        nodes,
                        new StatusWriter(client, background),
                        new EventWriter(client, background, clock),
                        new HashNodes(client, release, filled, nodes, background),
                        new OwnedServices(client, filled, background),
                        background),
                clock,
                System::nanoTime);
        loop = planning;
        planning.start();
    }

    /** Whether this replica leads and its first plan is out. */
    public boolean isPlanning() {
        PlanLoop running = loop;
        return running != null && running.hasPlanned();
    }

    /** Whether this replica could lead: its caches are filled. */
    public synchronized boolean isStanding() {
        return loop != null;
    }

    /** Stops planning first, then gives the Lease back: no two replicas ever plan at once. */
    @Override
    public synchronized void close() {
        PlanLoop running = loop;
        if (running != null) {
            running.close();
        }
        if (election != null) {
            election.close();
        }
        background.close();
        if (caches != null) {
            caches.close();
        }
    }

    private List<Installation.Forbidden> forbidden() {
        List<Installation.Forbidden> all = new ArrayList<>(settings.forbidden());
        Readings.address(client.getMasterUrl().getHost().replaceAll("[\\[\\]]", ""))
                .ifPresent(a -> all.add(Views.only(a, "where the operator reaches the API server")));
        settings.addresses().forEach(a -> all.add(Views.only(a, "the operator's own address")));
        return all;
    }
}

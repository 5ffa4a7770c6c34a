package dev.hashlb.agent.run;

import dev.hashlb.agent.engine.Engine;
import dev.hashlb.agent.engine.EngineCounters;
import dev.hashlb.agent.engine.EngineSettings;
import dev.hashlb.agent.engine.netty.NettyEngine;
import dev.hashlb.agent.host.Attachment;
import dev.hashlb.agent.host.AttachmentListener;
import dev.hashlb.agent.host.Journal;
import dev.hashlb.agent.host.NodePlan;
import dev.hashlb.agent.host.NodeSetup;
import dev.hashlb.agent.host.PodAttachments;
import dev.hashlb.agent.host.PodState;
import dev.hashlb.agent.metrics.DataPlaneMetrics;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.route.LiveRouters;
import dev.hashlb.core.route.RouterList;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.ReturnMode;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.tunnel.TunnelHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The data plane of one node. Safe for use by several threads: one change is made after the other. */
public final class DataPlane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataPlane.class);

    private final String nodeName;
    private final Journal journal;
    private final NodeSetup nodeSetup;
    private final Engine engine;
    private final PodAttachments pods;
    private final DataPlaneMetrics metrics;
    private final int tunnelOverheadBytes;
    private final Node self;
    private volatile ForwardingTable forwarding = ForwardingTable.EMPTY;
    private volatile Runnable podsChanged = () -> {};
    private boolean receivesShared;
    private final RouterAgreement agreement = new RouterAgreement(this::routersAgreed);

    /**
     * Sets up the node's device and the engine. What an earlier process left behind is taken over or cleaned up first.
     *
     * @param self this node as the first snapshot declares it
     * @param stateFolder where the journal of what was put on the host is kept
     * @param packetThreads how many; usually one for each core
     * @param softwareVersion for the metrics
     * @throws IOException if the kernel refuses something, or something on the host stands against it
     */
    public DataPlane(Node self, Path stateFolder, int packetThreads, String softwareVersion) throws IOException {
        this.self = self;
        nodeName = self.name();
        journal = Journal.open(stateFolder);
        nodeSetup = NodeSetup.open(journal, packetThreads);
        tunnelOverheadBytes = TunnelHeader.overheadBytes(self.address().family());
        engine = new NettyEngine(new EngineSettings(
                nodeName,
                self.address(),
                Arrays.stream(nodeSetup.queueFds()).boxed().toList(),
                nodeSetup.mtu(),
                NodeAddresses.find(self.address(), Family.IPV4),
                NodeAddresses.find(self.address(), Family.IPV6),
                this::namespaceDied));
        metrics = new DataPlaneMetrics(engine.counters(), this::readiness, "netty", softwareVersion);
        pods = new PodAttachments(journal, new Attachments());
        nodeSetup.warnings().forEach(LOG::warn);
    }

    public DataPlaneMetrics metrics() {
        return metrics;
    }

    public EngineCounters counters() {
        return engine.counters();
    }

    /** How far the network namespace of each of this node's servers is, by its path. */
    public Map<String, PodState> podStates() {
        return pods.states();
    }

    /** @param listener called on any thread when a network namespace became ready or was lost; must return soon */
    public void onPodsChanged(Runnable listener) {
        podsChanged = listener;
    }

    /** What of a snapshot cannot be applied without a restart, for a person; empty if nothing. */
    public Optional<String> needsRestart(Snapshot snapshot) {
        return snapshot.node(nodeName)
                .filter(n -> !n.address().equals(self.address()))
                .map(n -> "node " + nodeName + ": address " + n.address() + " differs from " + self.address()
                        + "; restart hashlb to change its own address");
    }

    /** The snapshot that is forwarded by. */
    public Snapshot applied() {
        return forwarding.snapshot();
    }

    /**
     * Forwards by a snapshot from now on, whole or not at all.
     *
     * @throws IOException what the kernel or the host's set-up refused; the old snapshot then stays
     */
    public synchronized void apply(Snapshot snapshot) throws IOException {
        ForwardingTable table = forwarding.next(snapshot, agreement.of(snapshot.nodes()));
        ForwardingTable before = forwarding;
        try {
            applyNow(table);
        } catch (IOException | RuntimeException e) {
            applyNow(before);
            throw e;
        }
        LOG.info(
                "applied snapshot version={} balancers={} nodes={}",
                applied().version(),
                applied().balancers().size(),
                applied().nodes().size());
    }

    /**
     * Which routers live, from now on; without it all that the snapshot has do. What this router gains by the change it takes after
     * {@link #routersAgreed}, or after 300 ms; what it loses it leaves at once.
     */
    public synchronized void routers(RouterList live) {
        goBy(agreement.tell(live));
    }

    /** All routers that live have the same list. */
    public synchronized void routersAgreed() {
        goBy(agreement.settle());
    }

    private void goBy(LiveRouters routers) {
        forwarding = forwarding.withRouters(routers);
        engine.apply(forwarding);
    }

    /** Servers first, then who forwards to them, then the routes that bring packets: each step finds the next one ready. */
    private void applyNow(ForwardingTable table) throws IOException {
        Snapshot snapshot = table.snapshot();
        pods.reconcile(PodPlans.of(snapshot, nodeName, nodeSetup.mtu(), tunnelOverheadBytes));
        engine.apply(table);
        nodeSetup.apply(nodePlan(snapshot));
        receiveShared();
        forwarding = table;
        metrics.applied(table);
    }

    private void receiveShared() {
        List<Integer> queues = Arrays.stream(nodeSetup.sharedQueueFds()).boxed().toList();
        if (!receivesShared && !queues.isEmpty()) {
            engine.receiveShared(queues);
            receivesShared = true;
        }
    }

    private NodePlan nodePlan(Snapshot snapshot) {
        List<IpAddress> vips = snapshot.balancers().stream()
                .flatMap(b -> b.addresses().stream())
                .distinct()
                .sorted()
                .toList();
        boolean router = snapshot.node(nodeName).map(Node::router).orElse(false);
        boolean nodeReturn =
                snapshot.balancers().stream().map(Balancer::returnMode).anyMatch(m -> m == ReturnMode.NODE);
        List<IpAddress> shared = snapshot.balancers().stream()
                .filter(b -> b.ingress().selfSelect())
                .flatMap(b -> b.addresses().stream())
                .toList();
        return new NodePlan(vips, router, nodeReturn, shared);
    }

    /** Stops forwarding and puts the host back as it was. */
    @Override
    public synchronized void close() throws IOException {
        try (journal;
                agreement) {
            nodeSetup.apply(new NodePlan(List.of(), false, false));
            pods.close();
            engine.close();
            nodeSetup.close();
        }
    }

    private void namespaceDied(String networkNamespace) {
        pods.engineSawDeath(networkNamespace);
    }

    private Map<String, Boolean> readiness() {
        Map<String, Boolean> ready = new TreeMap<>();
        pods.states().forEach((namespace, state) -> ready.put(namespace, state.ready()));
        return ready;
    }

    /** Called on the thread of {@link PodAttachments}. */
    private final class Attachments implements AttachmentListener {
        @Override
        public void attached(Attachment attachment) {
            engine.attach(attachment.networkNamespace(), attachment.tunFd(), attachment.segmentsUdp());
            podsChanged.run();
        }

        @Override
        public void lost(String networkNamespace, String reason) {
            engine.detach(networkNamespace);
            podsChanged.run();
        }
    }
}

package dev.hashlb.agent.run;

import dev.hashlb.agent.announce.AnnounceSettings;
import dev.hashlb.agent.engine.Engine;
import dev.hashlb.agent.engine.EngineCounters;
import dev.hashlb.agent.engine.EngineSettings;
import dev.hashlb.agent.engine.netty.NettyEngine;
import dev.hashlb.agent.handover.DeviceKeeper;
import dev.hashlb.agent.handover.DeviceName;
import dev.hashlb.agent.handover.Incumbent;
import dev.hashlb.agent.handover.OpenDevices;
import dev.hashlb.agent.host.Attachment;
import dev.hashlb.agent.host.AttachmentListener;
import dev.hashlb.agent.host.InheritedQueues;
import dev.hashlb.agent.host.Journal;
import dev.hashlb.agent.host.NodePlan;
import dev.hashlb.agent.host.NodeSetup;
import dev.hashlb.agent.host.NodeUpkeep;
import dev.hashlb.agent.host.PodAttachments;
import dev.hashlb.agent.host.PodPlan;
import dev.hashlb.agent.host.PodState;
import dev.hashlb.agent.liveness.LiveView;
import dev.hashlb.agent.metrics.DataPlaneMetrics;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.forward.BalancerTable;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.route.LiveRouters;
import dev.hashlb.core.route.RouterList;
import dev.hashlb.core.select.BalancerTables;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.tunnel.TunnelHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The data plane of one node. Safe for use by several threads: one change is made after the other, and none during a hand-over. */
public final class DataPlane implements Incumbent, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataPlane.class);
    /** At first nothing is forwarded yet, or still by another process. */
    private static final Duration WAIT_FOR_FIRST_SERVERS = Duration.ofMinutes(1);

    private static final Duration WAIT_FOR_SERVERS = Duration.ofMillis(500);

    private final String nodeName;
    private final Journal journal;
    private final NodeSetup nodeSetup;
    private final NodeUpkeep upkeep;
    private final TunnelSockets tunnelSockets;
    private final OwnDevices ownDevices;
    private final Engine engine;
    private final PodAttachments pods;
    private final DataPlaneMetrics metrics;
    private final Presence presence;
    private final int tunnelOverheadBytes;
    private final Node self;
    private final DeviceKeeper keeper;
    private final BooleanSupplier besideAnother;
    private volatile ForwardingTable forwarding = ForwardingTable.EMPTY;
    private volatile Runnable podsChanged = () -> {};
    private volatile Runnable peersChanged = () -> {};
    private volatile Consumer<Path> podUndone = path -> {};
    private boolean receivesShared;
    private final RouterAgreement agreement;
    /** Held while something changes, and from {@link #lend} on until it is known how the hand-over ended. */
    private final ReentrantLock changes = new ReentrantLock();

    private Map<String, Integer> lent = Map.of();
    private boolean settled;
    private volatile boolean left;
    private boolean closed;

    /**
     * Sets up the node's device and the engine. What an earlier process left behind on the host is taken over, or cleaned up by the first
     * {@link #apply}.
     *
     * @param self this node as the first snapshot declares it
     * @param stateFolder where the journal of what was put on the host is kept
     * @param packetThreads how many; usually one for each core
     * @param announce whether this node announces VIPs on its LAN
     * @param softwareVersion for the metrics
     * @param inherited what an earlier process has left open; taken from as needed, and emptied by the first {@link #apply}
     * @param keeper is told of each device
     * @param besideAnother whether another process forwards on this node, which goes on if this one fails: what it needs is left alone then
     * @throws IOException if the kernel refuses something, or something on the host stands against it
     */
    public DataPlane(
            Node self,
            Path stateFolder,
            int packetThreads,
            AnnounceSettings announce,
            String softwareVersion,
            OpenDevices inherited,
            DeviceKeeper keeper,
            BooleanSupplier besideAnother)
            throws IOException {
        this.self = self;
        this.keeper = keeper;
        this.besideAnother = besideAnother;
        nodeName = self.name();
        boolean follows = besideAnother.getAsBoolean();
        agreement = new RouterAgreement(nodeName, follows, this::routersAgreed);
        presence = new Presence(self, packetThreads, announce, follows, new LifeHere());
        journal = Journal.open(stateFolder);
        nodeSetup = NodeSetup.open(
                journal,
                packetThreads,
                OptionalInt.empty(),
                new InheritedQueues(inherited.takeAll(DeviceName::queue), inherited.takeAll(DeviceName::sharedQueue)));
        tunnelSockets = new TunnelSockets(self.address(), packetThreads, inherited.takeAll(DeviceName::tunnel));
        ownDevices = new OwnDevices(nodeSetup, tunnelSockets);
        tunnelOverheadBytes = TunnelHeader.overheadBytes(self.address().family());
        engine = new NettyEngine(new EngineSettings(
                nodeName,
                self.address(),
                Arrays.stream(nodeSetup.queueFds()).boxed().toList(),
                tunnelSockets.fds(),
                nodeSetup.mtu(),
                NodeAddresses.find(self.address(), Family.IPV4),
                NodeAddresses.find(self.address(), Family.IPV6),
                presence.probes(),
                this::namespaceDied));
        ownDevices.all().forEach(keeper::hold);
        metrics = new DataPlaneMetrics(engine.counters(), this::readiness, "netty", softwareVersion);
        metrics.show(presence::view, presence::livenessCounters, presence.announceCounters());
        pods = new PodAttachments(journal, new Attachments(), new InheritedPods(inherited));
        nodeSetup.warnings().forEach(LOG::warn);
        upkeep = new NodeUpkeep(nodeSetup, changes, NodeUpkeep.PERIOD);
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

    /**
     * @param listener called on any thread with the path of a network namespace in which nothing of ours is any more, nor anywhere for its sake;
     *     must return soon
     */
    public void onPodUndone(Consumer<Path> listener) {
        podUndone = listener;
    }

    /** @param listener called on any thread when other nodes are heard that were not, or the reverse; must return soon */
    public void onPeersChanged(Runnable listener) {
        peersChanged = listener;
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

    /** What a balancer's packets are forwarded by; empty for one that the snapshot does not have. */
    public Optional<BalancerTables> tables(NamespacedName balancer) {
        return forwarding.balancers().stream()
                .filter(b -> b.balancer().name().equals(balancer))
                .findAny()
                .map(BalancerTable::tables);
    }

    /**
     * Forwards by a snapshot from now on, whole or not at all.
     *
     * @throws IOException what the kernel or the host's set-up refused; the old snapshot then stays
     */
    public void apply(Snapshot snapshot) throws IOException {
        changes.lock();
        try {
            if (left) {
                throw new IOException("another process forwards on this node now");
            }
            applyOrKeep(snapshot);
        } finally {
            changes.unlock();
        }
    }

    private void applyOrKeep(Snapshot snapshot) throws IOException {
        ForwardingTable table = forwarding.next(snapshot, agreement.of(snapshot.nodes()));
        ForwardingTable before = forwarding;
        try {
            applyNow(table);
            settle();
        } catch (IOException | RuntimeException e) {
            if (!besideAnother.getAsBoolean()) {
                applyNow(before);
            }
            throw e;
        }
        presence.applied(snapshot);
        LOG.info(
                "applied snapshot version={} balancers={} nodes={}",
                applied().version(),
                applied().balancers().size(),
                applied().nodes().size());
    }

    /** The process that forwarded beside this one has left. */
    public void followed() {
        changes.lock();
        try {
            engine.readsSharedAlone(true);
        } finally {
            changes.unlock();
        }
    }

    /** Once: what is stale later is so because of a successor, and that one's to drop. */
    private void settle() {
        if (!settled) {
            settled = true;
            keeper.settled();
            engine.readsSharedAlone(!besideAnother.getAsBoolean());
        }
    }

    /**
     * Whether this node has listened to its peers long enough to know which of them live; from then on they count it too. Also true of a
     * process that follows one that forwarded.
     */
    public boolean settled() {
        return presence.settled();
    }

    /** Who lives, as this node sees it. */
    public LiveView view() {
        return presence.view();
    }

    private void routersAgreed() {
        changes.lock();
        try {
            goBy(agreement.settle());
        } finally {
            changes.unlock();
        }
    }

    private void goBy(LiveRouters routers) {
        if (!left && !closed) {
            forwarding = forwarding.withRouters(routers);
            engine.apply(forwarding);
        }
    }

    /**
     * Servers first, then who forwards to them, then the routes that bring packets: each step finds the next one ready. But a node whose list is old
     * harms others' connections, so servers are not waited for without end, and what leaves goes last.
     */
    private void applyNow(ForwardingTable table) throws IOException {
        Snapshot snapshot = table.snapshot();
        Collection<PodPlan> servers = PodPlans.of(snapshot, nodeName, nodeSetup.mtu(), tunnelOverheadBytes);
        pods.attach(servers, settled ? WAIT_FOR_SERVERS : WAIT_FOR_FIRST_SERVERS);
        engine.apply(table);
        pods.detachOthers();
        upkeep.make(
                NodePlans.of(snapshot, nodeName),
                servers.stream().map(PodPlan::networkNamespace).collect(Collectors.toSet()));
        receiveShared();
        forwarding = table;
        metrics.applied(table);
    }

    private void receiveShared() {
        Map<String, Integer> queues = ownDevices.sharedQueues();
        if (!receivesShared && !queues.isEmpty()) {
            engine.receiveShared(List.copyOf(queues.values()));
            queues.forEach(keeper::hold);
            receivesShared = true;
        }
    }

    @Override
    public Map<String, Integer> lend() throws IOException {
        changes.lock();
        engine.readsSharedAlone(false);
        Map<String, Integer> devices = ownDevices.all();
        pods.pause().forEach((path, fd) -> devices.put(DeviceName.pod(path), fd));
        lent = Map.copyOf(devices);
        journal.release();
        return devices;
    }

    @Override
    public void resume() throws IOException {
        engine.readsSharedAlone(true);
        journal.reopen();
        pods.resume();
        upkeep.distrust();
        lent.forEach(keeper::hold); // the successor may have had others held by these names
        try {
            applyNow(forwarding);
        } catch (IOException e) {
            LOG.warn("what the successor left is not all as it was: {}", e.getMessage());
        }
        changes.unlock();
    }

    @Override
    public void leave() throws IOException {
        try {
            abandon();
        } finally {
            changes.unlock();
        }
    }

    private void abandon() throws IOException {
        left = true;
        upkeep.close();
        presence.abandon();
        engine.close();
        pods.abandon();
        nodeSetup.abandon();
        tunnelSockets.close();
    }

    /** Stops forwarding and puts the host back as it was, unless another process forwards; does nothing after {@link #leave}. */
    @Override
    public void close() throws IOException {
        if (!left && !besideAnother.getAsBoolean()) {
            presence.close(); // forwards until peers have taken over, and goes by what that changes
        }
        changes.lock();
        try {
            if (!left && besideAnother.getAsBoolean()) {
                try (journal) {
                    abandon();
                }
            } else if (!left) {
                closeNow();
            }
        } finally {
            changes.unlock();
        }
        agreement.close();
    }

    private void closeNow() throws IOException {
        closed = true;
        upkeep.close();
        try (journal) {
            nodeSetup.apply(new NodePlan(List.of(), false, false));
            engine.close(); // it would reset the flows of pods that it sees go
            pods.close();
            nodeSetup.close();
        } finally {
            tunnelSockets.close();
            keeper.finish();
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

    /** Called on the thread of {@link Presence}. */
    private final class LifeHere implements LifeWatch {
        @Override
        public void live(RouterList list) {
            changes.lock();
            try {
                goBy(agreement.tell(list));
            } finally {
                changes.unlock();
            }
        }

        @Override
        public void agreed() {
            routersAgreed();
        }

        @Override
        public void peersChanged() {
            peersChanged.run();
        }
    }

    /** Called on the thread of {@link PodAttachments}. */
    private final class Attachments implements AttachmentListener {
        @Override
        public void attached(Attachment attachment) {
            engine.attach(attachment.networkNamespace(), attachment.tunFd(), attachment.segmentsUdp());
            keeper.hold(DeviceName.pod(attachment.networkNamespace()), attachment.tunFd());
            podsChanged.run();
        }

        @Override
        public void lost(String networkNamespace, String reason) {
            engine.detach(networkNamespace);
            keeper.forget(DeviceName.pod(networkNamespace));
            podsChanged.run();
        }

        @Override
        public void undone(String networkNamespace) {
            podUndone.accept(Path.of(networkNamespace));
        }
    }
}

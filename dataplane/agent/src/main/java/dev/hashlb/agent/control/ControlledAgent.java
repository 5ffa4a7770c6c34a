package dev.hashlb.agent.control;

import dev.hashlb.agent.engine.EngineCounters;
import dev.hashlb.agent.handover.DeviceKeeper;
import dev.hashlb.agent.handover.Incumbent;
import dev.hashlb.agent.handover.OpenDevices;
import dev.hashlb.agent.host.PodLinks;
import dev.hashlb.agent.metrics.MetricsServer.Health;
import dev.hashlb.agent.run.DataPlane;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Outcome;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.protocol.v1alpha1.Counters;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** {@code hashlb agent} put together: the data plane, what feeds it, and what the outside sees of both. */
public final class ControlledAgent implements Incumbent, AutoCloseable {
    private static final String LINKS = "pods";

    private final NodeForwarder forwarder;
    private final ControlMetrics metrics;
    private final ControlledNode node;
    private final Dialer dialer;
    private final ControlClient client;
    private final SnapshotKeeper snapshots;
    /** The data plane whose devices are lent; null while none is. */
    private @Nullable DataPlane lent;

    private boolean left;

    /**
     * @param inherited what an earlier process has left open, for the first snapshot
     * @param keeper is told of each device
     * @param besideAnother whether another process forwards on this node, which goes on if this one fails
     * @throws IOException if the state folder cannot be used
     */
    public ControlledAgent(
            ControlSettings settings, OpenDevices inherited, DeviceKeeper keeper, BooleanSupplier besideAnother)
            throws IOException {
        PodLinks links = new PodLinks(settings.stateFolder().resolve(LINKS), settings.namespaceFolders());
        forwarder = new NodeForwarder(
                settings.nodeName(), links, self -> dataPlane(self, settings, inherited, keeper, besideAnother));
        metrics = new ControlMetrics(() -> forwarder.problems().size(), links::ambiguous);
        snapshots = new SnapshotKeeper(new StoredSnapshot(settings.stateFolder()), metrics);
        AddressesHere addresses = new AddressesHere(settings.apiServer());
        node = new ControlledNode(settings.nodeName(), judge(settings, addresses), forwarder, snapshots, metrics);
        SecureRandom random = new SecureRandom();
        dialer = new Dialer(settings, addresses, random);
        client = new ControlClient(settings, dialer, node, metrics, new Seen(), random);
    }

    /** Forwards by the last good snapshot. @return whether there is one that can be forwarded by */
    public boolean startFromDisk() {
        node.startFromDisk();
        long version = node.snapshot().version();
        metrics.applied(version);
        return version > 0;
    }

    /** The process that forwarded beside this one has left. */
    public void followed() {
        forwarder.dataPlane().ifPresent(DataPlane::followed);
    }

    /** Dials the operator from now on. */
    public void dial() {
        client.start();
    }

    /** The Prometheus text format, version 0.0.4. */
    public String scrape() {
        return forwarder.dataPlane().map(d -> d.metrics().scrape()).orElse("") + metrics.scrape();
    }

    /** Good as soon as a snapshot is forwarded by and peers count this node, whether or not the operator is there. */
    public Health readiness() {
        long version = node.snapshot().version();
        String stream = metrics.connected() ? "the operator's stream is up" : "the operator's stream is down";
        if (version == 0) {
            return new Health(false, "no snapshot is applied yet; " + stream);
        }
        String forwarding = "forwarding by snapshot " + version + "; " + stream;
        boolean counted = forwarder.dataPlane().map(DataPlane::settled).orElse(false);
        return counted
                ? new Health(true, forwarding)
                : new Health(false, forwarding + "; its peers do not count it yet");
    }

    @Override
    public Map<String, Integer> lend() throws IOException {
        lent = forwarder.dataPlane().orElse(null);
        if (lent == null) {
            return Map.of();
        }
        Map<String, Integer> devices = lent.lend();
        snapshots.finish(); // the successor begins with the newest
        return devices;
    }

    @Override
    public void resume() throws IOException {
        if (lent != null) {
            lent.resume();
            lent = null;
        }
    }

    /** The stream too is the successor's now. */
    @Override
    public void leave() throws IOException {
        left = true;
        try {
            if (lent != null) {
                lent.leave();
            }
        } finally {
            closeAll();
        }
    }

    /** Ends the stream, stops forwarding and puts the host back as it was; does nothing after {@link #leave}. */
    @Override
    public void close() throws IOException {
        if (!left) {
            closeAll();
        }
    }

    private void closeAll() throws IOException {
        client.close();
        dialer.close();
        snapshots.close();
        forwarder.close();
    }

    private SnapshotJudge judge(ControlSettings settings, SnapshotJudge.ForbiddenAddresses addresses) {
        return new SnapshotJudge(
                settings.nodeName(), addresses, name -> forwarder.dataPlane().flatMap(d -> d.tables(name)));
    }

    private DataPlane dataPlane(
            Node self,
            ControlSettings settings,
            OpenDevices inherited,
            DeviceKeeper keeper,
            BooleanSupplier besideAnother)
            throws IOException {
        DataPlane made = new DataPlane(
                self,
                settings.stateFolder(),
                settings.packetThreads(),
                settings.announce(),
                settings.softwareVersion(),
                inherited,
                keeper,
                besideAnother);
        made.onPodsChanged(client::reportSoon);
        made.onPeersChanged(client::reportSoon);
        return made;
    }

    private final class Seen implements Observations {
        @Override
        public Counters counters() {
            Counters.Builder counters = Counters.newBuilder().setRefusedSnapshots(metrics.refusedChanges());
            forwarder
                    .dataPlane()
                    .ifPresent(d -> count(d.counters(), node.snapshot().balancers(), counters));
            return counters.build();
        }

        @Override
        public List<String> lostPeers() {
            return forwarder.dataPlane().map(d -> d.view().missedPeers()).orElse(List.of());
        }
    }

    private static void count(EngineCounters engine, List<Balancer> balancers, Counters.Builder counters) {
        long routed = 0;
        long delivered = 0;
        long dropped = 0;
        for (Balancer balancer : balancers) {
            routed += engine.packets(balancer.name(), Outcome.TUNNELLED);
            delivered += engine.packets(balancer.name(), Outcome.DELIVERED);
        }
        for (DropReason reason : DropReason.values()) {
            dropped += engine.dropped(reason);
        }
        counters.setRouted(routed).setDelivered(delivered).setDropped(dropped);
    }
}

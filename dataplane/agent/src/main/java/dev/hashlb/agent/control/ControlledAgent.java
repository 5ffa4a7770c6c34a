package dev.hashlb.agent.control;

import dev.hashlb.agent.engine.EngineCounters;
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

/** {@code hashlb agent} put together: the data plane, what feeds it, and what the outside sees of both. */
public final class ControlledAgent implements AutoCloseable {
    private static final String LINKS = "pods";

    private final NodeForwarder forwarder;
    private final ControlMetrics metrics;
    private final ControlledNode node;
    private final Dialer dialer;
    private final ControlClient client;

    /** @throws IOException if the state folder cannot be used */
    public ControlledAgent(ControlSettings settings) throws IOException {
        PodLinks links = new PodLinks(settings.stateFolder().resolve(LINKS), settings.namespaceFolders());
        forwarder = new NodeForwarder(settings.nodeName(), links, self -> dataPlane(self, settings));
        metrics = new ControlMetrics(() -> forwarder.problems().size(), links::ambiguous);
        AddressesHere addresses = new AddressesHere(settings.apiServer());
        node = new ControlledNode(
                settings.nodeName(),
                new SnapshotJudge(settings.nodeName(), addresses),
                forwarder,
                new StoredSnapshot(settings.stateFolder()),
                metrics);
        SecureRandom random = new SecureRandom();
        dialer = new Dialer(settings, addresses, random);
        client = new ControlClient(settings, dialer, node, metrics, this::counters, random);
    }

    /** Forwards by the last good snapshot, if there is one; then dials the operator. */
    public void start() {
        node.startFromDisk();
        metrics.applied(node.snapshot().version());
        client.start();
    }

    /** The Prometheus text format, version 0.0.4. */
    public String scrape() {
        return forwarder.dataPlane().map(d -> d.metrics().scrape()).orElse("") + metrics.scrape();
    }

    /** Good as soon as a snapshot is forwarded by, whether or not the operator is there. */
    public Health readiness() {
        long version = node.snapshot().version();
        String stream = metrics.connected() ? "the operator's stream is up" : "the operator's stream is down";
        return version > 0
                ? new Health(true, "forwarding by snapshot " + version + "; " + stream)
                : new Health(false, "no snapshot is applied yet; " + stream);
    }

    /** Ends the stream, stops forwarding and puts the host back as it was. */
    @Override
    public void close() throws IOException {
        client.close();
        dialer.close();
        forwarder.close();
    }

    private DataPlane dataPlane(Node self, ControlSettings settings) throws IOException {
        DataPlane made =
                new DataPlane(self, settings.stateFolder(), settings.packetThreads(), settings.softwareVersion());
        made.onPodsChanged(client::podsChanged);
        return made;
    }

    private Counters counters() {
        Counters.Builder counters = Counters.newBuilder().setRefusedSnapshots(metrics.refusedChanges());
        forwarder.dataPlane().ifPresent(d -> count(d.counters(), node.snapshot().balancers(), counters));
        return counters.build();
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

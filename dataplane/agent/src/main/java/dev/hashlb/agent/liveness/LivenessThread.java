package dev.hashlb.agent.liveness;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.neighbor.MacAddress;
import dev.hashlb.core.probe.Liveness;
import dev.hashlb.core.probe.Probe;
import dev.hashlb.core.probe.ProbeFormat;
import dev.hashlb.core.probe.VipsDigest;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TunnelKey;
import dev.hashlb.core.tunnel.TunnelHeader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that sends this node's probes, hears those of its peers, and tells when what it concludes has changed. */
public final class LivenessThread implements AutoCloseable, LivenessCounters {
    private static final Logger LOG = LoggerFactory.getLogger(LivenessThread.class);
    private static final long LOOK_INTERVAL_MS = 50;
    private static final long NANOS_PER_MS = 1_000_000;
    private static final int ANY_PORT = 0;

    private final String nodeName;
    private final IpAddress nodeAddress;
    private final boolean follows;
    private final ProbeInbox inbox;
    private final Supplier<MacAddress> mac;
    private final Consumer<LiveView> changed;
    private final DatagramChannel socket;
    private final Thread thread;
    private final CountDownLatch left = new CountDownLatch(1);
    private final AtomicLong badHeaders = new AtomicLong();
    private final AtomicLong badTags = new AtomicLong();
    private final AtomicLong unsent = new AtomicLong();

    private volatile Snapshot snapshot;
    private volatile boolean leaving;
    private volatile boolean stopped;
    private volatile LiveView view = LiveView.UNSETTLED;

    /** The thread's own. */
    private Snapshot known = Snapshot.EMPTY;

    private Map<IpAddress, String> namesByAddress = Map.of();
    private final Map<String, InetSocketAddress> destinations = new HashMap<>();
    private boolean sendingFails;

    /**
     * Starts to probe and to listen.
     *
     * @param follows whether an earlier process of this node has forwarded until now, so that peers may go on to count it
     * @param first the snapshot that this node forwards by: a node that does not forward yet must not seem to live
     * @param inbox where the engine puts what comes
     * @param mac where this node announces VIPs from; {@link MacAddress#NONE} if it does not
     * @param changed told, on this object's thread, whenever the view is another; must return soon
     * @throws IOException if the node's address cannot be bound
     */
    public LivenessThread(
            String nodeName,
            IpAddress nodeAddress,
            boolean follows,
            Snapshot first,
            ProbeInbox inbox,
            Supplier<MacAddress> mac,
            Consumer<LiveView> changed)
            throws IOException {
        this.nodeName = nodeName;
        this.nodeAddress = nodeAddress;
        this.follows = follows;
        this.snapshot = first;
        this.inbox = inbox;
        this.mac = mac;
        this.changed = changed;
        socket = DatagramChannel.open();
        try {
            socket.bind(new InetSocketAddress(nodeAddress.toInetAddress(), ANY_PORT));
            socket.configureBlocking(false);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        thread = Thread.ofPlatform().name("hashlb-liveness").daemon().start(this::run);
    }

    /** Another snapshot is forwarded by. */
    public void apply(Snapshot applied) {
        snapshot = applied;
    }

    /** Readable at any time. */
    public LiveView view() {
        return view;
    }

    /** Tells the peers that this node is about to stop; returns when they have been told. */
    public void leave() {
        leaving = true;
        try {
            if (!left.await(1, TimeUnit.SECONDS)) {
                LOG.warn("peers could not be told that this node leaves; they will notice within a second");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        thread.interrupt();
        try {
            thread.join(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        socket.close();
    }

    private void run() {
        Liveness liveness = new Liveness(nodeName, epoch(), follows, nowMs());
        while (!stopped) {
            try {
                turn(liveness);
                Thread.sleep(LOOK_INTERVAL_MS);
            } catch (InterruptedException e) {
                return; // closed
            } catch (RuntimeException e) {
                LOG.error("liveness failed by a fault of HashLB, please report it; it goes on", e);
            }
        }
    }

    private void turn(Liveness liveness) {
        takeSnapshot(liveness);
        if (leaving) {
            liveness.leave();
        }
        long nowMs = nowMs();
        inbox.drain((sender, bytes) -> hear(liveness, sender, bytes, nowMs));
        liveness.look(nowMs);
        if (liveness.due(nowMs)) {
            send(liveness);
        }
        publish(liveness, nowMs);
        if (leaving) {
            left.countDown();
        }
    }

    private void takeSnapshot(Liveness liveness) {
        Snapshot newest = snapshot;
        if (newest.equals(known) && !namesByAddress.isEmpty()) {
            return;
        }
        known = newest;
        liveness.nodes(newest.nodes(), VipsDigest.of(newest));
        Map<IpAddress, String> names = new HashMap<>();
        destinations.clear();
        for (Node node : newest.nodes()) {
            names.put(node.address(), node.name());
            destinations.put(node.name(), new InetSocketAddress(node.address().toInetAddress(), TunnelHeader.PORT));
        }
        namesByAddress = names;
    }

    private void hear(Liveness liveness, IpAddress sender, byte[] bytes, long nowMs) {
        String name = namesByAddress.get(sender);
        if (name == null) {
            return; // left the snapshot a moment ago
        }
        switch (ProbeFormat.read(bytes, known.keys(), sender, nodeAddress)) {
            case ProbeFormat.Good good -> liveness.heard(name, good.probe(), nowMs);
            case ProbeFormat.Refused refused ->
                (refused.reason() == ProbeFormat.Refusal.BAD_TAG ? badTags : badHeaders).incrementAndGet();
        }
    }

    private void send(Liveness liveness) {
        List<TunnelKey> keys = known.keys();
        MacAddress announcedFrom = mac.get();
        String failed = null;
        for (Node peer : liveness.peers()) {
            if (peer.address().family() != nodeAddress.family()) {
                continue; // no tunnel to it either
            }
            Probe probe = liveness.next(peer.name(), announcedFrom);
            byte[] bytes = ProbeFormat.write(probe, keys, nodeAddress, peer.address());
            try {
                if (socket.send(ByteBuffer.wrap(bytes), destinations.get(peer.name())) == 0) {
                    unsent.incrementAndGet(); // the socket's buffer is full
                }
            } catch (IOException e) {
                unsent.incrementAndGet();
                failed = peer.name() + ": " + e.getMessage();
            }
        }
        tellOfFailure(failed);
    }

    /** Once when it begins and once when it ends. */
    private void tellOfFailure(@Nullable String failed) {
        if (failed != null && !sendingFails) {
            LOG.warn("probes cannot be sent to all peers, of which the last is {}", failed);
        } else if (failed == null && sendingFails) {
            LOG.info("probes can be sent to all peers again");
        }
        sendingFails = failed != null;
    }

    private void publish(Liveness liveness, long nowMs) {
        List<String> live = liveness.livePeers();
        List<String> missed = liveness.missedPeers();
        LiveView next = new LiveView(
                liveness.settled(), liveness.routers(), liveness.agreed(nowMs), live, missed, liveness.macs());
        LiveView before = view;
        if (next.equals(before)) {
            return;
        }
        view = next;
        if (next.settled() && !(next.livePeers().equals(before.livePeers()) && before.settled())) {
            LOG.info(
                    "peers alive={} of {} missed={} routers={}",
                    live.size(),
                    liveness.peers().size(),
                    missed,
                    next.routers().size());
        }
        changed.accept(next);
    }

    @Override
    public long badHeaders() {
        return badHeaders.get();
    }

    @Override
    public long badTags() {
        return badTags.get();
    }

    @Override
    public long overflowed() {
        return inbox.dropped();
    }

    @Override
    public long unsent() {
        return unsent.get();
    }

    private static long epoch() {
        SecureRandom random = new SecureRandom();
        long drawn = random.nextLong();
        while (drawn == 0) {
            drawn = random.nextLong();
        }
        return drawn;
    }

    private static long nowMs() {
        return System.nanoTime() / NANOS_PER_MS;
    }
}

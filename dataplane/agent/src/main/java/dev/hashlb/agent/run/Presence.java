package dev.hashlb.agent.run;

import dev.hashlb.agent.announce.AnnounceCounters;
import dev.hashlb.agent.announce.AnnounceSettings;
import dev.hashlb.agent.announce.LanAnnouncers;
import dev.hashlb.agent.announce.LanDevice;
import dev.hashlb.agent.engine.ProbeSink;
import dev.hashlb.agent.liveness.LiveView;
import dev.hashlb.agent.liveness.LivenessCounters;
import dev.hashlb.agent.liveness.LivenessThread;
import dev.hashlb.agent.liveness.ProbeInbox;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.announce.AnnouncementPlan;
import dev.hashlb.core.neighbor.MacAddress;
import dev.hashlb.core.route.RouterList;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Snapshot;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node among the others: it shows that it lives, sees which of them do, and announces the VIPs that fall to it. Safe for use by
 * several threads.
 */
final class Presence implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);
    /** Between telling the peers that this node stops and stopping: they take its VIPs over, and clients learn it. */
    private static final long HAND_OVER_MS = 300;

    private final Node self;
    private final boolean follows;
    private final ProbeInbox inbox;
    private final LifeWatch watch;
    private final @Nullable LanAnnouncers announcer;
    /** Who is told may wait for a change that is under way, and probes must not wait with them. */
    private final ExecutorService telling = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("hashlb-live-routers").factory());

    private @Nullable LivenessThread liveness;
    private volatile LiveView view = LiveView.UNSETTLED;
    private LiveView told = LiveView.UNSETTLED;
    private Snapshot snapshot = Snapshot.EMPTY;

    /**
     * Shows nothing yet.
     *
     * @param follows whether an earlier process of this node forwards, and peers know it to live
     * @param watch told which routers live
     * @throws IOException if VIPs are to be announced on a device that is not there, or nobody may
     */
    Presence(Node self, int packetThreads, AnnounceSettings settings, boolean follows, LifeWatch watch)
            throws IOException {
        this.self = self;
        this.follows = follows;
        this.watch = watch;
        inbox = new ProbeInbox(packetThreads);
        announcer = settings.enabled() ? announcer(settings) : null;
    }

    /** Nothing where the node's address is on no LAN, as with a VPN between nodes: on one that was named it must be possible. */
    private @Nullable LanAnnouncers announcer(AnnounceSettings settings) throws IOException {
        LanDevice device;
        try {
            device = LanDevice.find(settings.device(), self.address());
        } catch (IOException e) {
            if (settings.device().isPresent()) {
                throw e;
            }
            LOG.warn("VIPs are not announced by this node: {}", e.getMessage());
            return null;
        }
        return LanAnnouncers.start(device, settings.everyRouter(), follows);
    }

    /** Where the engine puts peers' probes. */
    ProbeSink probes() {
        return inbox;
    }

    /** Who lives, as this node sees it now. */
    LiveView view() {
        return view;
    }

    /** Whether peers count this node, if they hear it. */
    boolean settled() {
        return follows || view.settled();
    }

    /** This node forwards by a snapshot; from the first on its peers see it. */
    synchronized void applied(Snapshot applied) throws IOException {
        snapshot = applied;
        if (liveness == null) {
            liveness = new LivenessThread(self.name(), self.address(), follows, applied, inbox, this::mac, this::see);
        } else {
            liveness.apply(applied);
        }
        plan();
    }

    private MacAddress mac() {
        return announcer == null ? MacAddress.NONE : announcer.device().mac();
    }

    private void see(LiveView next) {
        view = next;
        synchronized (this) {
            plan();
        }
        try {
            telling.execute(this::tell);
        } catch (RejectedExecutionException e) {
            LOG.debug("who lives has changed while this node stops");
        }
    }

    /** On the thread of {@link #telling}: the newest view, whatever came between. */
    private void tell() {
        LiveView now = view;
        if (!now.settled()) {
            return;
        }
        if (!told.settled() || !told.routers().equals(now.routers())) {
            watch.live(now.routers());
        }
        if (now.agreed()) {
            watch.agreed();
        }
        if (!told.missedPeers().equals(now.missedPeers())) {
            watch.peersChanged();
        }
        told = now;
    }

    private void plan() {
        if (announcer == null) {
            return;
        }
        LiveView now = view;
        // Who follows answers by what its predecessor most likely answered for, until it has listened itself.
        RouterList routers = now.settled() || !follows ? now.routers() : RouterList.of(snapshot.nodes());
        AnnouncementPlan plan = AnnouncementPlan.of(
                snapshot, routers.routers().stream().map(Node::name).toList(), self.name());
        Set<IpAddress> gateways = snapshot.routerGroups().stream()
                .flatMap(g -> g.gateways().stream())
                .collect(Collectors.toSet());
        announcer.use(settled() ? plan : AnnouncementPlan.EMPTY, gateways, now.macs());
    }

    /** What has been counted about probes; empty before the first snapshot. */
    synchronized Optional<LivenessCounters> livenessCounters() {
        return Optional.ofNullable(liveness);
    }

    /** What has been counted about announcing; empty if nothing is announced. */
    Optional<AnnounceCounters> announceCounters() {
        return Optional.ofNullable(announcer);
    }

    private synchronized @Nullable LivenessThread liveness() {
        return liveness;
    }

    /** Falls silent and says nothing: another process of this node goes on. */
    void abandon() throws IOException {
        if (announcer != null) {
            announcer.close();
        }
        try (LivenessThread running = liveness()) {
            telling.shutdownNow();
        }
    }

    /** Hands this node's VIPs over to its peers; it has to forward until this returns, and needs not after it. */
    @Override
    public void close() throws IOException {
        boolean handsOver = announcer != null
                && !announcer.answered().isEmpty()
                && !view.livePeers().isEmpty();
        if (announcer != null) {
            announcer.close();
        }
        try (LivenessThread running = liveness()) {
            if (running != null) {
                running.leave();
            }
            if (handsOver) {
                Thread.sleep(HAND_OVER_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            telling.shutdownNow();
        }
    }
}

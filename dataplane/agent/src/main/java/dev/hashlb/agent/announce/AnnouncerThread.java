package dev.hashlb.agent.announce;

import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.announce.AnnouncementPlan;
import dev.hashlb.core.announce.Announcer;
import dev.hashlb.core.announce.VipClaim;
import dev.hashlb.core.neighbor.MacAddress;
import dev.hashlb.core.neighbor.NeighborMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that answers for VIPs on a LAN and announces them, by the plan that it was given last. */
public final class AnnouncerThread implements AutoCloseable, AnnounceCounters {
    private static final Logger LOG = LoggerFactory.getLogger(AnnouncerThread.class);
    private static final int LOOK_INTERVAL_MS = 50;
    private static final long NANOS_PER_MS = 1_000_000;
    /** Answers; a flood of questions is not to become a flood of answers. Announcements are few and not limited. */
    private static final int MOST_ANSWERS_A_SECOND = 2_000;

    private static final int MOST_VIPS_LOGGED = 10;

    /** What to do. */
    private record Orders(AnnouncementPlan plan, Set<MacAddress> peers) {
        static final Orders NONE = new Orders(AnnouncementPlan.EMPTY, Set.of());
    }

    private final LanDevice device;
    private final MacAddress everyRouter;
    private final boolean follows;
    private final Thread thread;
    private final CompletableFuture<@Nullable Void> opened = new CompletableFuture<>();
    private final AtomicLong answers = new AtomicLong();
    private final AtomicLong suppressed = new AtomicLong();
    private final AtomicLong conflictsSeen = new AtomicLong();
    private final AtomicLong unsent = new AtomicLong();
    private volatile Orders orders = Orders.NONE;
    private volatile Set<IpAddress> answered = Set.of();
    private volatile Map<IpAddress, MacAddress> conflicts = Map.of();
    private volatile boolean stopped;

    private long secondMs;
    private int answersInSecond;

    private AnnouncerThread(LanDevice device, MacAddress everyRouter, boolean follows) {
        this.device = device;
        this.everyRouter = everyRouter;
        this.follows = follows;
        thread = Thread.ofPlatform().name("hashlb-announce").daemon().unstarted(this::run);
    }

    /**
     * Starts to listen on a device of the process's network namespace; answers nothing until it gets a plan.
     *
     * @param everyRouter the MAC address of VIPs that every router answers for
     * @param follows whether an earlier process of this node has answered until now, so that the first VIPs need not be tried
     * @throws IOException if the sockets cannot be opened
     */
    public static AnnouncerThread start(LanDevice device, MacAddress everyRouter, boolean follows) throws IOException {
        AnnouncerThread started = new AnnouncerThread(device, everyRouter, follows);
        started.thread.start();
        try {
            started.opened.join();
            return started;
        } catch (CompletionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new IOException("VIPs cannot be announced on " + device.name() + ": " + cause.getMessage(), e);
        }
    }

    /** Another plan; takes effect at once, on this object's thread. */
    public void use(AnnouncementPlan plan, Set<MacAddress> peers) {
        orders = new Orders(plan, peers);
    }

    public LanDevice device() {
        return device;
    }

    /** Ends answering. */
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (LanSockets lan = LanSockets.open(device)) {
            opened.complete(null);
            loop(lan, new Announcer(device.mac(), everyRouter));
        } catch (LinuxException e) {
            opened.completeExceptionally(e);
        }
    }

    private void loop(LanSockets lan, Announcer announcer) {
        Orders followed = Orders.NONE; // not the newest, which may have come before this thread looks
        while (!stopped) {
            try {
                Orders newest = orders;
                if (!newest.equals(followed)) {
                    follow(newest, followed, lan, announcer);
                    followed = newest;
                }
                announcer.due(nowMs()).forEach(frame -> send(lan, frame));
                publish(announcer);
                lan.receive(LOOK_INTERVAL_MS, frame -> hear(lan, announcer, frame));
            } catch (RuntimeException e) {
                LOG.error("announcing failed by a fault of HashLB, please report it; it goes on", e);
            }
        }
    }

    private void follow(Orders newest, Orders before, LanSockets lan, Announcer announcer) {
        if (follows && before.plan().equals(AnnouncementPlan.EMPTY)) {
            announcer.use(newest.plan().heldByAnother(), newest.peers(), nowMs());
        }
        announcer.use(newest.plan(), newest.peers(), nowMs());
        Set<IpAddress> now = newest.plan().own().keySet();
        Set<IpAddress> was = before.plan().own().keySet();
        try {
            lan.listenFor(now);
        } catch (LinuxException e) {
            LOG.error(
                    "questions about some IPv6 VIPs will not be heard on {}: {}; raise net.core.optmem_max if there are many VIPs",
                    device.name(),
                    e.getMessage());
        }
        if (!now.equals(was)) {
            LOG.info(
                    "announcing {} addresses on {}: new {}, no longer {}",
                    now.size(),
                    device.name(),
                    some(now, was),
                    some(was, now));
        }
    }

    /** Those of the first that are not in the second, or as many as a line can hold. */
    private static String some(Set<IpAddress> these, Set<IpAddress> butNot) {
        Set<IpAddress> rest = new TreeSet<>(these);
        rest.removeAll(butNot);
        String text =
                rest.stream().limit(MOST_VIPS_LOGGED).map(IpAddress::toString).collect(Collectors.joining(" "));
        return "[" + text
                + (rest.size() > MOST_VIPS_LOGGED ? " and " + (rest.size() - MOST_VIPS_LOGGED) + " more]" : "]");
    }

    private void hear(LanSockets lan, Announcer announcer, ByteBuffer frame) {
        long nowMs = nowMs();
        for (NeighborMessage message : NeighborMessage.read(frame)) {
            announcer.conflict(message, nowMs).ifPresent(this::tell);
            announcer.answer(message).ifPresent(answer -> {
                if (mayAnswer(nowMs)) {
                    answers.incrementAndGet();
                    send(lan, answer);
                } else {
                    suppressed.incrementAndGet();
                }
            });
        }
    }

    private boolean mayAnswer(long nowMs) {
        if (nowMs - secondMs >= 1_000) {
            secondMs = nowMs;
            answersInSecond = 0;
        }
        return answersInSecond++ < MOST_ANSWERS_A_SECOND;
    }

    private void tell(Announcer.Conflict conflict) {
        conflictsSeen.incrementAndGet();
        LOG.warn(
                "address {} is claimed by another host on {}, at MAC address {}: {}",
                conflict.vip(),
                device.name(),
                conflict.at(),
                conflict.outcome() == VipClaim.Conflict.DEFENDED
                        ? "announced once more; if the other insists within 10 s, it is left to it"
                        : "not announced until the other has been silent for 30 s; remove it there, or choose another");
    }

    private void send(LanSockets lan, byte[] frame) {
        if (lan.send(frame) != 0) {
            unsent.incrementAndGet(); // the device is down, or its queue full; it will be asked or announced again
        }
    }

    private void publish(Announcer announcer) {
        Set<IpAddress> now = announcer.answered();
        if (!now.equals(answered)) {
            answered = Set.copyOf(now);
        }
        Map<IpAddress, MacAddress> contested = announcer.conflicts();
        if (!contested.equals(conflicts)) {
            conflicts.keySet().stream()
                    .filter(now::contains)
                    .forEach(vip -> LOG.info("address {} is free and announced", vip));
            conflicts = Map.copyOf(contested);
        }
    }

    @Override
    public Set<IpAddress> answered() {
        return answered;
    }

    @Override
    public Map<IpAddress, MacAddress> conflicts() {
        return conflicts;
    }

    @Override
    public long answers() {
        return answers.get();
    }

    @Override
    public long suppressed() {
        return suppressed.get();
    }

    @Override
    public long conflictsSeen() {
        return conflictsSeen.get();
    }

    @Override
    public long unsent() {
        return unsent.get();
    }

    private static long nowMs() {
        return System.nanoTime() / NANOS_PER_MS;
    }
}

package dev.hashlb.agent.host;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the node's own namespace as planned: set up where a plan, or the node's servers, are others than the last, which most changes spare a node, and looked
 * after in between, since a firewall's restart may take the table and an administrator a route. All but the look is for the holder of the lock.
 */
public final class NodeUpkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeUpkeep.class);
    /** How often {@link #look} compares what is with what should be: some milliseconds of one processor. */
    public static final Duration PERIOD = Duration.ofSeconds(30);

    private final NodeSetup setup;
    private final ReentrantLock changes;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("hashlb-upkeep").daemon().factory());
    private @Nullable Made made;
    private String told = "";

    /**
     * Begins to look. The thread that calls is in the node's network namespace.
     *
     * @param changes held by whoever changes something; while it is, nobody looks
     * @param period how often to look
     */
    public NodeUpkeep(NodeSetup setup, ReentrantLock changes, Duration period) {
        this.setup = setup;
        this.changes = changes;
        ScheduledFuture<?> _ =
                thread.scheduleWithFixedDelay(this::look, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** @param networkNamespaces of the servers here: a new one brings devices by which packets are to be forwarded */
    private record Made(NodePlan plan, Set<String> networkNamespaces) {}

    /**
     * Has it so from now on.
     *
     * @param networkNamespaces of this node's servers
     * @throws IOException as {@link NodeSetup#apply}; whatever comes next is then set up anew
     */
    public void make(NodePlan plan, Set<String> networkNamespaces) throws IOException {
        Made wanted = new Made(plan, Set.copyOf(networkNamespaces));
        if (!wanted.equals(made)) {
            made = null;
            setup.apply(plan);
            made = wanted;
        }
    }

    /** Another process may have changed what is set up: the next plan is made from scratch. */
    public void distrust() {
        setup.distrust();
        made = null;
    }

    private void look() {
        if (!changes.tryLock()) {
            return;
        }
        try {
            if (made != null) {
                setup.apply(made.plan());
                told = "";
            }
        } catch (IOException | RuntimeException e) {
            String failure = String.valueOf(e.getMessage());
            if (!failure.equals(told)) {
                LOG.warn("the node's set-up is not as it should be, and cannot be mended: {}", failure, e);
                told = failure;
            }
        } finally {
            changes.unlock();
        }
    }

    /** Leaves the set-up as it is from now on. */
    @Override
    public void close() {
        made = null;
        thread.shutdownNow();
    }
}

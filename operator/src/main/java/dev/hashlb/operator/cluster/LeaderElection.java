package dev.hashlb.operator.cluster;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which replica leads, by a Lease. Unlike the SDK's election, losing it (the API server was away, say) does not end the process:
 * the replica resigns and stands again, so that nothing restarts with growing delays after an outage.
 */
final class LeaderElection implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeaderElection.class);
    private static final String LEASE = "hashlb-operator";

    /** A standby takes over within duration + retry of the last renewal, 4.4 s: no longer, and no shorter, since a busy API server is slow. */
    private static final Duration DURATION = Duration.ofSeconds(4);

    private static final Duration RENEW_DEADLINE = Duration.ofMillis(3200);
    private static final Duration RETRY = Duration.ofMillis(400);

    private final KubernetesClient client;
    private final Release release;
    private final String namespace;
    private final String identity;
    private final LeaderCallbacks callbacks;
    private final AtomicBoolean leading = new AtomicBoolean();
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable CompletableFuture<?> campaign;

    /** @param changed called when {@link #isLeading} says something else; must not block */
    LeaderElection(KubernetesClient client, Release release, String namespace, String identity, Runnable changed) {
        this.client = client;
        this.release = release;
        this.namespace = namespace;
        this.identity = identity;
        this.callbacks = new LeaderCallbacks(
                () -> set(true, changed), () -> set(false, changed), leader -> log.info("{} leads", leader));
        this.thread = Thread.ofPlatform().name("hashlb-election").daemon().start(this::stand);
    }

    private LeaderElectionConfig config() {
        ObjectMeta lease = new ObjectMetaBuilder()
                .withNamespace(namespace)
                .withName(LEASE)
                .withOwnerReferences(release.owners())
                .build();
        return new LeaderElectionConfigBuilder()
                .withName(LEASE)
                .withLock(new LeaseLock(lease, identity))
                .withLeaseDuration(DURATION)
                .withRenewDeadline(RENEW_DEADLINE)
                .withRetryPeriod(RETRY)
                .withReleaseOnCancel(true)
                .withLeaderCallbacks(callbacks)
                .build();
    }

    boolean isLeading() {
        return leading.get();
    }

    /** Gives the Lease back, so that a standby need not wait. */
    @Override
    public void close() {
        closed = true;
        CompletableFuture<?> running = campaign;
        if (running != null) {
            running.cancel(true);
        }
        thread.interrupt();
    }

    private void stand() {
        while (!closed) {
            try {
                LeaderElector elector =
                        client.leaderElector().withConfig(config()).build();
                CompletableFuture<?> running = elector.start();
                campaign = running;
                running.join();
            } catch (CancellationException | CompletionException e) {
                log.debug("a campaign has ended", e);
            } catch (RuntimeException e) {
                log.warn("standing for leader failed and is tried again: {}", e.toString());
            }
            if (!closed) {
                pause();
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(RETRY.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    private void set(boolean now, Runnable changed) {
        if (leading.getAndSet(now) != now) {
            log.info(now ? "this replica leads" : "this replica leads no more");
            changed.run();
        }
    }
}

package dev.hashlb.operator.push;

import dev.hashlb.core.snapshot.Snapshot;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The push thread: carries events of all other threads to the {@link Hub}, one at a time, with the time. */
final class PushLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PushLoop.class);
    private static final Duration TICK = Duration.ofMillis(250);

    private final Hub hub;
    private final PushMetrics metrics;
    private final long gatherNanos;
    private final ScheduledExecutorService thread;
    private final AtomicReference<@Nullable Snapshot> gathered = new AtomicReference<>();

    PushLoop(Hub hub, PushMetrics metrics, Duration gather) {
        this.hub = hub;
        this.metrics = metrics;
        this.gatherNanos = gather.toNanos();
        this.thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("hashlb-push").factory());
        var _ = thread.scheduleWithFixedDelay(
                () -> guarded(hub::tick), TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Lets a snapshot go out after the time of gathering, unless a newer one comes before. */
    void gather(Snapshot snapshot) {
        if (gathered.getAndSet(snapshot) == null) {
            // Whoever finds none waiting starts the wait; the others' snapshots are taken when it is over.
            schedule(() -> guarded(this::release), gatherNanos);
        }
    }

    private void release(long nowNanos) {
        Snapshot snapshot = gathered.getAndSet(null);
        if (snapshot != null) {
            hub.snapshot(snapshot, nowNanos);
        }
    }

    /** Runs something for a stream; if it fails, that stream alone is ended. */
    void run(LiveStream stream, LongConsumer event) {
        schedule(
                () -> {
                    long now = System.nanoTime();
                    try {
                        event.accept(now);
                    } catch (RuntimeException e) {
                        metrics.internalError();
                        log.error("stream of node {} failed", stream.node(), e);
                        guarded(at -> hub.failed(stream, at));
                    }
                },
                0);
    }

    /** Ends all streams and what waits to go out. */
    void endAll(Status status) {
        schedule(
                () -> guarded(now -> {
                    gathered.set(null);
                    hub.endAll(status, now);
                }),
                0);
    }

    CompletionStage<Coverage> coverage(long version) {
        return CompletableFuture.supplyAsync(() -> hub.coverage(version), thread);
    }

    private void schedule(Runnable task, long delayNanos) {
        try {
            var _ = thread.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The server is being closed: gRPC ends the streams.
            log.debug("the push thread has ended", e);
        }
    }

    private void guarded(LongConsumer task) {
        try {
            task.accept(System.nanoTime());
        } catch (RuntimeException e) {
            metrics.internalError();
            log.error("the push failed; what was to go out will go with the next change", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

package dev.hashlb.agent.control;

import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps snapshots that are in force, on a thread of its own: what is answered to the operator does not wait for the disk. Of several
 * that come within a moment the last is kept: the disk is spared, and so are the processors while a change is on its way to all nodes. Safe for use by
 * several threads.
 */
final class SnapshotKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeper.class);

    /** Longer than from a pod that is prepared to the same pod as an owner, on a node that is not busy. */
    private static final long GATHER_MILLIS = 100;

    private record InForce(Snapshot snapshot, long digest) {}

    private final StoredSnapshot stored;
    private final ControlMetrics metrics;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("hashlb-keep").daemon().factory());
    private final AtomicReference<@Nullable InForce> next = new AtomicReference<>();

    SnapshotKeeper(StoredSnapshot stored, ControlMetrics metrics) {
        this.stored = stored;
        this.metrics = metrics;
    }

    /** As {@link StoredSnapshot#load}. */
    Optional<SnapshotChange> load() throws IOException {
        return stored.load();
    }

    /** Where they are kept, for a person. */
    String place() {
        return stored.file().toString();
    }

    /** Keeps it soon. That it cannot be kept is no reason to refuse what is forwarded by already: it is logged and counted. */
    void keep(Snapshot snapshot, long digest) {
        if (next.getAndSet(new InForce(snapshot, digest)) == null) {
            ScheduledFuture<?> _ = thread.schedule(this::write, GATHER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Returns when all that was to be kept is on disk, or could not be. */
    void finish() {
        CompletableFuture.runAsync(this::write, thread).join();
    }

    private void write() {
        InForce newest = next.getAndSet(null);
        if (newest == null) {
            return;
        }
        try {
            stored.save(WireWriter.whole(newest.snapshot(), newest.digest()));
        } catch (IOException | RuntimeException e) {
            metrics.storeFailed();
            LOG.error(
                    "snapshot {} is in force but could not be kept in {}: {}; after a restart an older one is begun with",
                    newest.snapshot().version(),
                    place(),
                    String.valueOf(e.getMessage()));
        }
    }

    /** Keeps what is still to be kept; nothing may be kept after it. */
    @Override
    public void close() {
        thread.close();
    }
}

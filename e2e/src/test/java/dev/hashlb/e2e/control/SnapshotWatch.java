package dev.hashlb.e2e.control;

import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.e2e.lab.LabNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Sees what each node has kept as its last good snapshot, one after the other; what is in force for a few milliseconds only may be missed. */
final class SnapshotWatch implements AutoCloseable {
    private static final long EVERY_MS = 5;

    /** A node has kept a snapshot, seen at a System.nanoTime. */
    record Kept(String node, long seenNanos, Snapshot snapshot) {}

    private final ControlledLab lab;
    private final Queue<Kept> kept = new ConcurrentLinkedQueue<>();
    private final Thread thread = Thread.ofPlatform().name("snapshots").daemon().unstarted(this::run);
    private volatile boolean going = true;

    SnapshotWatch(ControlledLab lab) {
        this.lab = lab;
        thread.start();
    }

    private void run() {
        Map<String, Long> versions = new HashMap<>();
        try {
            while (going) {
                for (LabNode node : lab.topology().nodes()) {
                    Snapshot now = lab.stored(node.name());
                    if (!Long.valueOf(now.version()).equals(versions.put(node.name(), now.version()))) {
                        kept.add(new Kept(node.name(), System.nanoTime(), now));
                    }
                }
                Thread.sleep(EVERY_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** In the order in which they were seen. */
    List<Kept> kept() {
        return new ArrayList<>(kept);
    }

    @Override
    public void close() throws InterruptedException {
        going = false;
        thread.join();
    }
}

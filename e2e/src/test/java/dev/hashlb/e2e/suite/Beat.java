package dev.hashlb.e2e.suite;

import java.time.Duration;

/** Has things happen in a steady beat; one that is late happens at once and does not move the others. */
final class Beat {
    private final long periodNs;
    private long nextNs = System.nanoTime();

    Beat(Duration period) {
        periodNs = period.toNanos();
    }

    /** Waits for the next beat; the first is at once. */
    void await() {
        try {
            Thread.sleep(Duration.ofNanos(Math.max(0, nextNs - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        nextNs += periodNs;
    }
}

package dev.hashlb.agent.control;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next dial: 100 to 500 ms at first, then twice as long each time, up to 3 s; with jitter, so that the
 * data planes of a cluster do not dial all at once.
 */
final class BackOff {
    private static final long FIRST_LEAST_MS = 100;
    private static final long FIRST_MOST_MS = 500;
    private static final long MOST_MS = 3_000;

    private final RandomGenerator random;
    private long mostMs = FIRST_MOST_MS;

    BackOff(RandomGenerator random) {
        this.random = random;
    }

    /** After a failure. */
    Duration next() {
        long most = mostMs;
        mostMs = Math.min(MOST_MS, 2 * mostMs);
        return Duration.ofMillis(random.nextLong(most / FIRST_MOST_MS * FIRST_LEAST_MS, most + 1));
    }

    /** After a success, or where another try elsewhere is likely to succeed. */
    void reset() {
        mostMs = FIRST_MOST_MS;
    }
}

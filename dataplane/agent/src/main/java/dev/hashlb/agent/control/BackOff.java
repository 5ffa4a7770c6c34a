package dev.hashlb.agent.control;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next dial, and for whom: 100 to 500 ms at first, then twice as long each time, up to 3 s; sooner, and up to 1 s, while
 * nobody is there who could be burdened. With jitter, so that the data planes of a cluster do not dial all at once.
 */
final class BackOff {
    private static final long LEAST_MS = 100;
    private static final long FIRST_MOST_MS = 500;
    private static final long MOST_MS = 3_000;
    private static final long FIRST_MOST_WITH_NOBODY_MS = 200;
    private static final long MOST_WITH_NOBODY_MS = 1_000;
    private static final int FIRST_CONNECT_MS = 300;
    private static final int MOST_CONNECT_MS = 1_000;
    /** Doublings that lead beyond all limits. */
    private static final int ENOUGH = 4;

    private final RandomGenerator random;
    private long mostMs = FIRST_MOST_MS;
    private int nobodyInARow;

    BackOff(RandomGenerator random) {
        this.random = random;
    }

    /**
     * How long the next try to connect may take, in ms: little at first, since the Service's address leads to a replica whose node is dead as often as
     * to one that lives.
     */
    int connectMs() {
        return Math.min(MOST_CONNECT_MS, FIRST_CONNECT_MS << nobodyInARow);
    }

    /**
     * After a failure.
     *
     * @param reached whether there was an operator, which refused or broke the connection
     */
    Duration next(boolean reached) {
        if (!reached) {
            long most = Math.min(MOST_WITH_NOBODY_MS, FIRST_MOST_WITH_NOBODY_MS << nobodyInARow);
            nobodyInARow = Math.min(ENOUGH, nobodyInARow + 1);
            return Duration.ofMillis(random.nextLong(LEAST_MS, most + 1));
        }
        nobodyInARow = 0;
        long most = mostMs;
        mostMs = Math.min(MOST_MS, 2 * mostMs);
        return Duration.ofMillis(random.nextLong(most / FIRST_MOST_MS * LEAST_MS, most + 1));
    }

    /** After a success, or where another try elsewhere is likely to succeed. */
    void reset() {
        mostMs = FIRST_MOST_MS;
        nobodyInARow = 0;
    }
}

package dev.hashlb.operator.push;

import java.time.Duration;

/** How long a refused thing waits: 1 s, doubled by each further refusal, at most 1 min. */
final class Backoff {
    static final Duration FIRST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofMinutes(1);

    private Backoff() {}

    /**
     * The wait after some refusals in a row.
     *
     * @param refusals at least 1
     */
    static long nanos(int refusals) {
        // 2^6 s is beyond the longest already: no shift can overflow.
        long nanos = FIRST.toNanos() << Math.min(refusals - 1, 6);
        return Math.min(nanos, LONGEST.toNanos());
    }
}

package dev.hashlb.agent.engine.netty;

/** A token bucket for one thread: at most {@code perSecond} on average and {@code burst} at once. */
final class RateLimit {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final long nanosPerToken;
    private final long fullNanos;
    private long creditNanos;
    private long lastNanos;

    RateLimit(int perSecond, int burst, long nowNanos) {
        nanosPerToken = NANOS_PER_SECOND / perSecond;
        fullNanos = nanosPerToken * burst;
        creditNanos = fullNanos;
        lastNanos = nowNanos;
    }

    /**
     * Takes a token if there is one.
     *
     * @param nowNanos {@link System#nanoTime}
     */
    boolean tryTake(long nowNanos) {
        creditNanos = Math.min(fullNanos, creditNanos + (nowNanos - lastNanos));
        lastNanos = nowNanos;
        if (creditNanos < nanosPerToken) {
            return false;
        }
        creditNanos -= nanosPerToken;
        return true;
    }
}

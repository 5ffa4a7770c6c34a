package dev.hashlb.agent.engine.netty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final long START = Math.subtractExact(Long.MAX_VALUE, 5_000_000); // nanoTime may overflow
    private static final long PERIOD_NANOS = 1_000_000;

    private final RateLimit limit = new RateLimit(1000, 3, START);

    @Test
    void burstIsGoodForSoManyAtOnce() {
        assertThat(taken(START, 10)).isEqualTo(3);
    }

    @Test
    void afterItOneComesBackEachPeriod() {
        taken(START, 3);
        assertThat(taken(START + PERIOD_NANOS - 1, 1)).isZero();
        assertThat(taken(START + PERIOD_NANOS, 2)).isEqualTo(1);
        assertThat(taken(START + 3 * PERIOD_NANOS, 5)).isEqualTo(2);
    }

    @Test
    void whatIsNotUsedIsNotSavedBeyondTheBurst() {
        assertThat(taken(START + 1000 * PERIOD_NANOS, 10)).isEqualTo(3);
    }

    private int taken(long nowNanos, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += limit.tryTake(nowNanos) ? 1 : 0;
        }
        return taken;
    }
}

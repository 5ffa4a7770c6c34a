package dev.hashlb.operator.push;

import java.util.concurrent.TimeUnit;

/** One Report a second, a few more at once: those that the network held up. */
final class ReportRate {
    private static final int BURST = 5;
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private double credit = BURST;
    private long atNanos;

    ReportRate(long nowNanos) {
        this.atNanos = nowNanos;
    }

    boolean allows(long nowNanos) {
        credit = Math.min(BURST, credit + (double) (nowNanos - atNanos) / PERIOD_NANOS);
        atNanos = nowNanos;
        if (credit < 1) {
            return false;
        }
        credit -= 1;
        return true;
    }
}

package dev.hashlb.operator.push;

import java.util.function.LongSupplier;

/**
 * The versions of one leader's time: each greater than any before, of any replica. Begins at the time in milliseconds where
 * that is greater than what was ever reserved, so that versions grow even if the durable place is lost.
 *
 * <p>Safe for several threads.
 */
final class Versions {
    /** More than fifteen minutes of a change each millisecond, so that reserving is rare. */
    static final int BLOCK = 1 << 20;

    private final VersionReservations reservations;
    private final LongSupplier wallClockMillis;
    private long next;
    private long end;

    Versions(VersionReservations reservations, LongSupplier wallClockMillis) {
        this.reservations = reservations;
        this.wallClockMillis = wallClockMillis;
    }

    /** Forgets what this replica has left of its versions: another one may lead meanwhile. */
    synchronized void forget() {
        next = 0;
        end = 0;
    }

    /**
     * The next version. Blocks once in a block.
     *
     * @param above the version is greater than this
     * @throws IllegalStateException if no versions can be reserved
     */
    synchronized long next(long above) {
        next = Math.clamp(above + 1, next, end);
        if (next == end) {
            next = reservations.reserve(Math.max(wallClockMillis.getAsLong(), above + 1), BLOCK);
            end = next + BLOCK;
        }
        return next++;
    }
}

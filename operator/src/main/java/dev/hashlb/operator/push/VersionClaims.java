package dev.hashlb.operator.push;

import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Versions that nodes say they have applied and that this leader never gave: of an installation before this one, whose Secret went
 * with it. New versions must be above them, or those nodes refuse each snapshot. A node may lie, so it is believed within bounds, which
 * ADR 0031 explains: not far ahead of the clock, and once under a leader.
 *
 * <p>Safe for several threads; never blocks.
 */
final class VersionClaims {
    /** How far ahead of the clock a version may be: as far as a million leaders come who follow each other at once. */
    static final long AHEAD_OF_CLOCK = (long) Versions.BLOCK << 20;

    private final LongSupplier wallClockMillis;
    private final Set<String> followed = new HashSet<>();
    private long highest;

    VersionClaims(LongSupplier wallClockMillis) {
        this.wallClockMillis = wallClockMillis;
    }

    /** A leader begins: no node is connected. */
    synchronized void forget() {
        followed.clear();
        highest = 0;
    }

    /** The version that the next one must be above; 0: any will do. */
    synchronized long highest() {
        return highest;
    }

    /**
     * A node says that it has applied a version above all that this leader gave.
     *
     * @param version unsigned
     * @return whether it is followed: what is published next is above it
     */
    synchronized boolean hear(String node, long version) {
        if (Long.compareUnsigned(version, highest) <= 0) {
            return true;
        }
        if (Long.compareUnsigned(version, wallClockMillis.getAsLong() + AHEAD_OF_CLOCK) > 0 || !followed.add(node)) {
            return false;
        }
        highest = version;
        return true;
    }
}

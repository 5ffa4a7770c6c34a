package dev.hashlb.operator.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one replica makes of the Lease that it sees: whether to take it, and whether it leads. Time is this replica's own, from when it
 * saw the Lease change: a busy API server writes late, and clocks differ. Pure; for one thread, but for {@link #leads}.
 */
final class Candidacy {
    enum Move {
        /** Another one leads. */
        WAIT,
        /** Nobody leads: write this replica's name. */
        TAKE,
        /** This replica leads: say so again. */
        RENEW
    }

    /** A leader writes so often, while it can. */
    static final Duration RENEW_EVERY = Duration.ofSeconds(1);

    /** Others look so often. */
    static final Duration LOOK_EVERY = Duration.ofMillis(400);

    /** A leader that was silent for so long, and cannot be reached either, is dead. */
    static final Duration SILENT_AFTER = Duration.ofSeconds(3);

    /** A leader that was silent for so long leads no more, though something answers at its address. */
    static final Duration EXPIRED_AFTER = Duration.ofSeconds(20);

    /** A leader that could not write for so long leads no more: before others may take it for expired. */
    static final Duration GIVEN_UP_AFTER = Duration.ofSeconds(15);

    private final String identity;
    private LeaderLease.@Nullable Seen last;
    private long lastChangeNanos;
    private volatile @Nullable Long wroteNanos;

    Candidacy(String identity) {
        this.identity = identity;
    }

    /**
     * What to do now.
     *
     * @param lease as it was just read; empty: there is none
     * @param answers whether somebody serves at an address
     */
    Move next(Optional<LeaderLease.Seen> lease, Predicate<String> answers, long nowNanos) {
        if (lease.isEmpty()) {
            return Move.TAKE;
        }
        LeaderLease.Seen seen = lease.get();
        if (seen.holder().equals(identity)) {
            return Move.RENEW;
        }
        wroteNanos = null;
        if (!seen.equals(last)) {
            last = seen;
            lastChangeNanos = nowNanos;
        }
        if (seen.holder().isEmpty()) {
            return Move.TAKE;
        }
        long silentNanos = nowNanos - lastChangeNanos;
        boolean dead = silentNanos >= SILENT_AFTER.toNanos() && !answers.test(seen.address());
        return dead || silentNanos >= EXPIRED_AFTER.toNanos() ? Move.TAKE : Move.WAIT;
    }

    /**
     * This replica's name was written.
     *
     * @param beganNanos when that was begun: others may have seen it from then on
     */
    void wrote(long beganNanos) {
        wroteNanos = beganNanos;
    }

    /** Whether this replica leads. For any thread. */
    boolean leads(long nowNanos) {
        Long wrote = wroteNanos;
        return wrote != null && nowNanos - wrote < GIVEN_UP_AFTER.toNanos();
    }
}

package dev.hashlb.operator.identity;

import dev.hashlb.core.snapshot.TunnelKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The tunnel keys and how far their rotation has come: (old), (old, new), (new, old), (new). Immutable.
 *
 * @param keys one or two, the first tags
 * @param since when this step was taken
 * @param newest the id of the key that came last; of two keys it tells whether the first or the second is the new one
 */
public record TunnelKeyRing(List<TunnelKey> keys, Instant since, int newest) {
    private static final int IDS = 256;

    /**
     * When the next step is taken.
     *
     * @param rotation how long a key tags alone before the next one comes
     * @param absentGrace how long a step waits for nodes that are not connected: they may forward on with the keys they had
     */
    public record Schedule(Duration rotation, Duration absentGrace) {
        public static final Schedule DEFAULT = new Schedule(Duration.ofDays(7), Duration.ofMinutes(10));
    }

    public TunnelKeyRing {
        keys = List.copyOf(keys);
        if (keys.isEmpty() || keys.size() > 2) {
            throw new IllegalArgumentException("a ring has one or two keys, not " + keys.size());
        }
    }

    /** @param random gives 64 random bits at a time */
    public static TunnelKeyRing first(Instant now, LongSupplier random) {
        return new TunnelKeyRing(List.of(newKey(0, random)), now, 0);
    }

    private static TunnelKey newKey(int id, LongSupplier random) {
        return new TunnelKey(id, random.getAsLong(), random.getAsLong());
    }

    /**
     * The next step, if it is due.
     *
     * @param connectedHaveIt whether all connected nodes have acknowledged this ring's keys
     * @param noneAbsent whether all nodes of the snapshot are connected
     */
    public Optional<TunnelKeyRing> next(
            Instant now, Schedule schedule, boolean connectedHaveIt, boolean noneAbsent, LongSupplier random) {
        boolean waitedForAbsent = !now.isBefore(since.plus(schedule.absentGrace()));
        if (!connectedHaveIt || !(noneAbsent || waitedForAbsent)) {
            return Optional.empty();
        }
        if (keys.size() == 1) {
            if (now.isBefore(since.plus(schedule.rotation()))) {
                return Optional.empty();
            }
            int id = (newest + 1) % IDS;
            return Optional.of(new TunnelKeyRing(List.of(keys.getFirst(), newKey(id, random)), now, id));
        }
        List<TunnelKey> next = new ArrayList<>(keys);
        if (keys.getFirst().id() == newest) {
            next.removeLast();
        } else {
            next = next.reversed();
        }
        return Optional.of(new TunnelKeyRing(next, now, newest));
    }
}

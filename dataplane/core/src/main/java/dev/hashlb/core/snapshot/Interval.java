package dev.hashlb.core.snapshot;

import java.util.OptionalLong;

/**
 * A time in which a server took new flows.
 *
 * @param weight its share while it did, 1 to {@value #MAX_WEIGHT}
 * @param joined the generation in which it began, at least 1
 * @param left the generation in which it ended, greater than {@code joined}; absent while it lasts
 */
public record Interval(int weight, long joined, OptionalLong left) {
    public static final int MAX_WEIGHT = 256;

    public Interval {
        if (weight < 1 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("weight " + weight + " is not within 1 to " + MAX_WEIGHT);
        }
        if (joined < 1 || (left.isPresent() && left.getAsLong() <= joined)) {
            throw new IllegalArgumentException("joined " + joined + " and left " + left + " do not follow each other");
        }
    }

    public static Interval open(int weight, long joined) {
        return new Interval(weight, joined, OptionalLong.empty());
    }

    /** Whether the list of this generation contained the server: joined ≤ generation < left. */
    public boolean contains(long generation) {
        return joined <= generation && (left.isEmpty() || generation < left.getAsLong());
    }
}

package dev.hashlb.core.select;

import java.util.Arrays;

/**
 * The owner chains behind the first owner, for those buckets that have more than one: a bit for each bucket, and six bytes for one
 * that moved once (four for the place of its chain, two for each earlier owner). Immutable; look-ups allocate nothing.
 */
final class EarlierOwners {
    private final long[] moved;
    /** For each word of {@link #moved}, how many bits are set in the words before it. */
    private final int[] ranks;
    /** Where the earlier owners of the n-th moved bucket begin; one more, for the end. */
    private final int[] starts;

    private final char[] owners;

    private EarlierOwners(long[] moved, int[] ranks, int[] starts, char[] owners) {
        this.moved = moved;
        this.ranks = ranks;
        this.starts = starts;
        this.owners = owners;
    }

    /** Whether the bucket has more than one owner. */
    boolean moved(int bucket) {
        return (moved[bucket >>> 6] >>> bucket & 1) != 0;
    }

    /** How many earlier owners a bucket has. */
    int count(int bucket) {
        if (!moved(bucket)) {
            return 0;
        }
        int at = rank(bucket);
        return starts[at + 1] - starts[at];
    }

    /** @param position 0 for the newest of a moved bucket's earlier owners */
    char owner(int bucket, int position) {
        return owners[starts[rank(bucket)] + position];
    }

    int movedBuckets() {
        return starts.length - 1;
    }

    long memoryBytes() {
        return (long) moved.length * Long.BYTES
                + (long) (ranks.length + starts.length) * Integer.BYTES
                + (long) owners.length * Character.BYTES;
    }

    private int rank(int bucket) {
        int word = bucket >>> 6;
        return ranks[word] + Long.bitCount(moved[word] & ((1L << bucket) - 1));
    }

    /** Takes the chains of ascending buckets. */
    static final class Builder {
        private final long[] moved;
        private int[] starts = new int[16];
        private int movedBuckets;
        private char[] owners = new char[16];
        private int count;

        Builder(int buckets) {
            moved = new long[(buckets + Long.SIZE - 1) / Long.SIZE];
        }

        /** Adds an earlier owner of a bucket that is the same as the last one's, or a greater one. */
        void add(int bucket, char owner) {
            long bit = 1L << bucket;
            if ((moved[bucket >>> 6] & bit) == 0) {
                moved[bucket >>> 6] |= bit;
                if (movedBuckets == starts.length) {
                    starts = Arrays.copyOf(starts, 2 * movedBuckets);
                }
                starts[movedBuckets++] = count;
            }
            if (count == owners.length) {
                owners = Arrays.copyOf(owners, 2 * count);
            }
            owners[count++] = owner;
        }

        boolean isEmpty() {
            return count == 0;
        }

        EarlierOwners build() {
            int[] ranks = new int[moved.length];
            for (int i = 1; i < ranks.length; i++) {
                ranks[i] = ranks[i - 1] + Long.bitCount(moved[i - 1]);
            }
            int[] ends = Arrays.copyOf(starts, movedBuckets + 1);
            ends[movedBuckets] = count;
            return new EarlierOwners(moved, ranks, ends, Arrays.copyOf(owners, count));
        }
    }
}

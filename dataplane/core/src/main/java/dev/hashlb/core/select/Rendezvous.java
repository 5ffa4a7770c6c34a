package dev.hashlb.core.select;

import java.util.List;

/**
 * Who owns a bucket: the server with the highest score for it (rendezvous hashing, Thaler and Ravishankar, 1998). A server of
 * weight w has w scores for a bucket, of which its highest counts, so that its share of the buckets is w of the sum of all weights. See
 * docs/calculation.md. All comparisons of scores are unsigned.
 */
final class Rendezvous {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Rendezvous() {}

    /** What a bucket and a replica contribute to a score; the same for all servers. */
    static long salt(int bucket, int replica) {
        return mix(((long) replica << 32 | bucket) + GOLDEN);
    }

    static long score(long identityHash, long salt) {
        return mix(identityHash ^ salt);
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): a bijection that spreads every bit. */
    static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }

    /**
     * The owner of every bucket, by its {@link Contender#index}.
     *
     * @param contenders at least one
     */
    static char[] owners(List<Contender> contenders, int buckets) {
        // Indexes into the contenders until the end, for the tie-break.
        char[] owners = new char[buckets];
        long[] best = new long[buckets];
        long[] salts = new long[buckets];
        int replicas = contenders.stream().mapToInt(Contender::weight).max().orElseThrow();
        for (int replica = 0; replica < replicas; replica++) {
            for (int bucket = 0; bucket < buckets; bucket++) {
                salts[bucket] = salt(bucket, replica);
            }
            for (int i = 0; i < contenders.size(); i++) {
                if (replica < contenders.get(i).weight()) {
                    contend(contenders, i, salts, owners, best);
                }
            }
        }
        for (int bucket = 0; bucket < buckets; bucket++) {
            owners[bucket] = contenders.get(owners[bucket]).index();
        }
        return owners;
    }

    private static void contend(List<Contender> contenders, int index, long[] salts, char[] owners, long[] best) {
        Contender contender = contenders.get(index);
        long hash = contender.hash();
        for (int bucket = 0; bucket < owners.length; bucket++) {
            long score = score(hash, salts[bucket]);
            int compared = Long.compareUnsigned(score, best[bucket]);
            if (compared > 0 || (compared == 0 && contender.precedes(contenders.get(owners[bucket])))) {
                best[bucket] = score;
                owners[bucket] = (char) index;
            }
        }
    }
}

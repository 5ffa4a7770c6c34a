package dev.hashlb.core.select;

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

    /** @param salt what the thing that is owned contributes; the same for all contenders */
    static long score(long identityHash, long salt) {
        return mix(identityHash ^ salt);
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): a bijection that spreads every bit. */
    static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }

    /** A server's score: the highest of its replicas', of which it has as many as its weight. */
    static long highest(long identityHash, long[] salts, int weight) {
        long highest = score(identityHash, salts[0]);
        for (int replica = 1; replica < weight; replica++) {
            long score = score(identityHash, salts[replica]);
            highest = Long.compareUnsigned(score, highest) > 0 ? score : highest;
        }
        return highest;
    }
}

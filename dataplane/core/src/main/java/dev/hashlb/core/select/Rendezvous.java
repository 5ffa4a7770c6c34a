package dev.hashlb.core.select;

/** Scores of servers for buckets; see docs/calculation.md. All comparisons of scores and hashes are unsigned. */
final class Rendezvous {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Rendezvous() {}

    /** What a bucket and replica contribute to a score; the same for all servers. */
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
}

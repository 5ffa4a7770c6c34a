package dev.hashlb.core.select;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A server that contends for buckets.
 *
 * @param index its index in the balancer's servers
 * @param identity what the calculation knows it by
 * @param hash the identity's hash
 * @param weight how many scores it has for a bucket, at least 1
 */
record Contender(char index, String identity, long hash, int weight) {
    /** The tie-break between equal scores: the smaller identity hash, then the smaller UTF-8 bytes. */
    boolean precedes(Contender other) {
        int byHash = Long.compareUnsigned(hash, other.hash);
        return byHash < 0 || (byHash == 0 && Arrays.compareUnsigned(utf8(), other.utf8()) < 0);
    }

    private byte[] utf8() {
        return identity.getBytes(StandardCharsets.UTF_8);
    }
}

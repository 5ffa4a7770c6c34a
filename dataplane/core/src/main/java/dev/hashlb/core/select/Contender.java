package dev.hashlb.core.select;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

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
    static final Comparator<Contender> BY_PRECEDENCE = Comparator.comparing(Contender::hash, Long::compareUnsigned)
            .thenComparing(Contender::utf8, Arrays::compareUnsigned);

    boolean precedes(Contender other) {
        return BY_PRECEDENCE.compare(this, other) < 0;
    }

    private byte[] utf8() {
        return identity.getBytes(StandardCharsets.UTF_8);
    }
}

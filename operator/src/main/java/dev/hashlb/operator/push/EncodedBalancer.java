package dev.hashlb.operator.push;

import dev.hashlb.core.digest.BalancerDigest;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.NamespacedName;

/**
 * A balancer as it goes out, encoded and digested once for all streams. Compared by identity: the same object is the same
 * content, and a changed balancer is another object.
 */
final class EncodedBalancer {
    private final Balancer balancer;
    private final byte[] field;
    private final long digest;

    private EncodedBalancer(Balancer balancer) {
        this.balancer = balancer;
        this.field = WireResources.balancer(balancer);
        this.digest = BalancerDigest.of(balancer);
    }

    /** Computes the balancer's tables for its digest: takes milliseconds. */
    static EncodedBalancer of(Balancer balancer) {
        return new EncodedBalancer(balancer);
    }

    Balancer balancer() {
        return balancer;
    }

    NamespacedName name() {
        return balancer.name();
    }

    /** The bytes of its entry in a change; shared, never to be written to. */
    byte[] field() {
        return field;
    }

    long digest() {
        return digest;
    }
}

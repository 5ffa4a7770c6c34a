package dev.hashlb.core.digest;

import dev.hashlb.core.select.Identity;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Snapshot;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The digest of docs/protocol.md: equal digests mean equal decisions. Of two levels, so that who remembers the digests of
 * balancers pays for those that changed only. Router groups have no part in it, as no operator sends them.
 */
public final class SnapshotDigest {
    private SnapshotDigest() {}

    /** Computes every table of the snapshot: milliseconds for each balancer. Keys and the version are not part of it. */
    public static long of(Snapshot snapshot) {
        return of(snapshot, BalancerDigest::of);
    }

    /** @param balancerDigest gives for a balancer what {@link BalancerDigest#of} gives, perhaps from memory */
    public static long of(Snapshot snapshot, ToLongFunction<Balancer> balancerDigest) {
        DigestBytes bytes = new DigestBytes();
        List<Balancer> balancers = snapshot.balancers().stream()
                .sorted(Comparator.comparing(Balancer::name))
                .toList();
        bytes.number(balancers.size());
        balancers.forEach(b -> bytes.number(balancerDigest.applyAsLong(b)));
        List<Node> nodes = snapshot.nodes().stream()
                .sorted(Comparator.comparing(Node::name))
                .toList();
        bytes.number(nodes.size());
        nodes.forEach(n -> bytes.string(n.name()).string(n.address().toBytes()).truth(n.router()));
        return Identity.hash(bytes.toArray());
    }
}

package dev.hashlb.operator.push;

import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TunnelKey;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The newest snapshot: gives each different one its version and puts the tunnel keys in. Safe for several threads. */
final class Publications implements SnapshotFeed {
    private final Versions versions;
    private final VersionClaims claims;
    private final KeySupply keys;
    private final Consumer<Snapshot> changed;
    private @Nullable Snapshot newest;
    private long keysVersion;

    /**
     * Begins with nothing published.
     *
     * @param changed gets each different snapshot, in order of version; must not block
     */
    Publications(Versions versions, VersionClaims claims, KeySupply keys, Consumer<Snapshot> changed) {
        this.versions = versions;
        this.claims = claims;
        this.keys = keys;
        this.changed = changed;
    }

    @Override
    public synchronized long publish(Snapshot snapshot) {
        return publish(snapshot.balancers(), snapshot.nodes());
    }

    /** Looks at the keys again; they go out if they have changed. Before the first snapshot there is nothing to do. */
    synchronized void keysChanged() {
        if (newest != null) {
            publish(newest.balancers(), newest.nodes());
        }
    }

    /** The first version with the keys that went out last; 0: none went out. */
    synchronized long keysVersion() {
        return keysVersion;
    }

    /** What went out is another leader's matter from now on: the next publication gets a new version. */
    synchronized void forget() {
        newest = null;
        keysVersion = 0;
        versions.forget();
    }

    private long publish(List<Balancer> balancers, List<Node> nodes) {
        List<TunnelKey> current = keys.keys();
        Snapshot before = newest;
        boolean sameKeys = before != null && before.keys().equals(current);
        long above = claims.highest();
        if (before != null
                && sameKeys
                && before.version() > above
                && before.balancers().equals(balancers)
                && before.nodes().equals(nodes)) {
            return before.version();
        }
        Snapshot next = new Snapshot(versions.next(above), balancers, nodes, current);
        newest = next;
        if (!sameKeys) {
            keysVersion = next.version();
        }
        changed.accept(next);
        return next.version();
    }
}

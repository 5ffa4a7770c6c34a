package dev.hashlb.operator.push;

import dev.hashlb.core.snapshot.NamespacedName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The balancers that one node has refused by name. Each is kept from the node until its back-off is over, or it has changed and
 * the shortest back-off is over; all others go on without it.
 */
final class LeftOut {
    /**
     * @param refused what the node refused: another object is another content
     * @param times refusals in a row
     */
    private record Entry(EncodedBalancer refused, int times, long refusedAtNanos, String reason) {
        boolean isDue(EncodedBalancer now, long nowNanos) {
            long wait = now == refused ? Backoff.nanos(times) : Backoff.FIRST.toNanos();
            return nowNanos - refusedAtNanos >= wait;
        }
    }

    private final Map<NamespacedName, Entry> entries = new HashMap<>();

    void refused(EncodedBalancer balancer, String reason, long nowNanos) {
        Entry before = entries.get(balancer.name());
        int times = before != null && before.refused == balancer ? before.times + 1 : 1;
        entries.put(balancer.name(), new Entry(balancer, times, nowNanos, reason));
    }

    /** The node has taken a snapshot that leaves out only these: any other is no longer refused. */
    void accepted(Set<NamespacedName> without) {
        entries.keySet().retainAll(without);
    }

    /** Which balancers of a snapshot the node is not to get now. */
    Set<NamespacedName> of(EncodedSnapshot snapshot, long nowNanos) {
        if (entries.isEmpty()) {
            return Set.of();
        }
        Set<NamespacedName> without = new HashSet<>();
        entries.forEach((name, entry) -> {
            EncodedBalancer now = snapshot.balancer(name);
            if (now != null && !entry.isDue(now, nowNanos)) {
                without.add(name);
            }
        });
        return Set.copyOf(without);
    }

    /** The reasons why these are left out. */
    Map<NamespacedName, String> reasons(Set<NamespacedName> without) {
        Map<NamespacedName, String> reasons = new HashMap<>();
        for (NamespacedName name : without) {
            Entry entry = entries.get(name);
            reasons.put(name, entry == null ? "refused before" : entry.reason);
        }
        return reasons;
    }
}

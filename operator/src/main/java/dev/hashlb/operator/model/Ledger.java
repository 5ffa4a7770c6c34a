package dev.hashlb.operator.model;

import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What must outlive an operator: chains of owners are calculated from it, so it is stored before anything that rests on it goes
 * out. Bounded: at most {@link Candidates#MAX_SERVERS} servers a balancer, each with at most 8 intervals.
 *
 * @param entries by balancer
 */
public record Ledger(Map<NamespacedName, Entry> entries) {
    public static final Ledger EMPTY = new Ledger(Map.of());

    /**
     * One balancer's.
     *
     * @param uid of the object it is about: another one of the same name begins anew, but its generation goes on
     * @param generation of the server list
     * @param accepted the last declaration that could be accepted; goes on while a newer one cannot
     * @param servers the intervals of those that live, by identity; none is empty
     */
    public record Entry(
            String uid, long generation, HashLoadBalancerSpec accepted, SortedMap<String, List<Interval>> servers) {
        public Entry {
            servers = Collections.unmodifiableSortedMap(new TreeMap<>(servers));
        }
    }

    public Ledger {
        entries = Map.copyOf(entries);
    }
}

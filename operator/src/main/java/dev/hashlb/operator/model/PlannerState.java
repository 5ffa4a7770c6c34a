package dev.hashlb.operator.model;

import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.operator.model.NodeState.ServerKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What one plan hands to the next.
 *
 * @param ledger the durable part
 * @param published what went out for each balancer, and under which version
 * @param waiting servers that are Prepared
 * @param told what holds and was told as an event already
 * @param lost names of the nodes that are taken for dead
 */
public record PlannerState(
        Ledger ledger,
        Map<NamespacedName, Published> published,
        Map<ServerKey, Waiting> waiting,
        Set<PlanEvent> told,
        Set<String> lost) {
    private static final long NOT_YET = 0;

    /**
     * A balancer as nodes calculate with it.
     *
     * @param content without servers that are Prepared
     * @param version the first under which this content went out; 0: not yet
     */
    record Published(Balancer content, long version) {}

    /**
     * A Prepared server.
     *
     * @param version the first that names it; 0: it did not go out yet
     * @param readySinceMillis since when Kubernetes wants it to get flows; {@link #NOT_READY} if it does not
     */
    record Waiting(long version, long readySinceMillis) {
        static final long NOT_READY = Long.MIN_VALUE;
        static final Waiting NEW = new Waiting(NOT_YET, NOT_READY);

        boolean isReady() {
            return readySinceMillis != NOT_READY;
        }
    }

    public PlannerState {
        published = Map.copyOf(published);
        waiting = Map.copyOf(waiting);
        told = Set.copyOf(told);
        lost = Set.copyOf(lost);
    }

    /** Where an operator begins. */
    public static PlannerState startingFrom(Ledger ledger) {
        return new PlannerState(ledger, Map.of(), Map.of(), Set.of(), Set.of());
    }

    /** The same with what is really stored. */
    public PlannerState with(Ledger stored) {
        return new PlannerState(stored, published, waiting, told, lost);
    }

    /** The state after the plan's snapshot went out under a version. */
    public PlannerState published(long version) {
        Map<NamespacedName, Published> stamped = new HashMap<>();
        published.forEach(
                (name, p) -> stamped.put(name, p.version() == NOT_YET ? new Published(p.content(), version) : p));
        Map<ServerKey, Waiting> sent = new HashMap<>();
        waiting.forEach(
                (key, w) -> sent.put(key, w.version() == NOT_YET ? new Waiting(version, w.readySinceMillis()) : w));
        return new PlannerState(ledger, stamped, sent, told, lost);
    }
}

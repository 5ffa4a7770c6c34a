package dev.hashlb.operator.model;

import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What should be. In this order: store the next state's ledger, publish the snapshot, go on with
 * {@link PlannerState#published}, then tell people.
 *
 * @param snapshot for all data planes; its version and keys are given by who publishes it
 * @param statuses of every balancer
 * @param events that are news
 * @param next for the next plan
 * @param wakeAtMillis when to plan again though nothing has changed, by the clock of {@link Moment#millis}
 */
public record Plan(
        Snapshot snapshot,
        Map<NamespacedName, HashLoadBalancerStatus> statuses,
        List<PlanEvent> events,
        PlannerState next,
        OptionalLong wakeAtMillis) {
    public Plan {
        statuses = Map.copyOf(statuses);
        events = List.copyOf(events);
    }
}

package dev.hashlb.operator.model;

import dev.hashlb.operator.model.Acceptance.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Events: what holds is told once, when it begins to; what happens is told when it does. */
final class Notices {
    /** More of a kind, for one balancer, say nothing new. */
    private static final int MOST_OF_A_KIND = 5;

    private final Set<PlanEvent> before;
    private final Set<PlanEvent> standing = new HashSet<>();
    private final List<PlanEvent> news = new ArrayList<>();

    Notices(Set<PlanEvent> before) {
        this.before = before;
    }

    void told(Verdict verdict) {
        DeclaredBalancer declared = verdict.declared();
        verdict.complaint()
                .ifPresentOrElse(
                        c -> holds(declared, true, c.reason(), c.message()),
                        () -> holds(declared, false, PlanEvent.ACCEPTED, "the declaration holds"));
        verdict.warnings().stream().limit(MOST_OF_A_KIND).forEach(w -> holds(declared, true, PlanEvent.DOUBTFUL, w));
    }

    void told(
            DeclaredBalancer declared,
            Candidates candidates,
            Membership membership,
            Map<String, String> refusalsByNode) {
        candidates.refused().entrySet().stream()
                .limit(MOST_OF_A_KIND)
                .forEach(e -> holds(declared, true, PlanEvent.SERVER_REFUSED, e.getKey() + ": " + e.getValue()));
        membership.notSetUp().entrySet().stream()
                .limit(MOST_OF_A_KIND)
                .forEach(e ->
                        holds(declared, true, PlanEvent.SERVER_NOT_SET_UP, "pod " + e.getKey() + ": " + e.getValue()));
        refusalsByNode.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .limit(MOST_OF_A_KIND)
                .forEach(
                        e -> holds(declared, true, PlanEvent.NODE_REFUSED, "node " + e.getKey() + ": " + e.getValue()));
        membership.unacknowledged().stream()
                .limit(MOST_OF_A_KIND)
                .forEach(name -> news.add(new PlanEvent(
                        declared.name(),
                        declared.uid(),
                        true,
                        PlanEvent.SERVER_UNACKNOWLEDGED,
                        "pod " + name + " takes new flows though its node has not acknowledged it within "
                                + Membership.PATIENCE_MILLIS / 1000
                                + " s; see what the node's data plane does")));
    }

    /** @param endpoints the balancer's: nodes that have none of them are not its concern */
    void told(DeclaredBalancer declared, LostNodes lost, List<Endpoint> endpoints) {
        Set<String> concerned = endpoints.stream().map(Endpoint::node).collect(Collectors.toCollection(TreeSet::new));
        concerned.stream()
                .filter(lost.names()::contains)
                .limit(MOST_OF_A_KIND)
                .forEach(node -> holds(
                        declared,
                        true,
                        PlanEvent.NODE_LOST,
                        "node " + node + ": its stream is gone and its peers do not hear it; its servers take no new"
                                + " flows until it is back"));
        if (concerned.stream().anyMatch(lost.doubted()::contains)) {
            holds(
                    declared,
                    true,
                    PlanEvent.NODE_LOST,
                    "more than half of the nodes look dead at once, "
                            + lost.doubted().stream()
                                    .sorted()
                                    .limit(MOST_OF_A_KIND)
                                    .toList()
                            + " among them; that is not believed, and their servers stay. See the network between the"
                            + " nodes and the operator");
        }
    }

    List<PlanEvent> news() {
        return news;
    }

    Set<PlanEvent> standing() {
        return standing;
    }

    private void holds(DeclaredBalancer declared, boolean warning, String reason, String message) {
        PlanEvent event = new PlanEvent(declared.name(), declared.uid(), warning, reason, message);
        if (standing.add(event) && !before.contains(event)) {
            news.add(event);
        }
    }
}

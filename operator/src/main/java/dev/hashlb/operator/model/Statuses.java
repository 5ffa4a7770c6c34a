package dev.hashlb.operator.model;

import static dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus.ACCEPTED;
import static dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus.PROGRAMMED;
import static dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus.SERVERS_READY;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus.Nodes;
import dev.hashlb.operator.model.Acceptance.Accepted;
import dev.hashlb.operator.model.Acceptance.Verdict;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a balancer's status says. A condition keeps its time for as long as it keeps its status. */
final class Statuses {
    /** The API server's limit is 32 KiB; a person reads less. */
    private static final int LONGEST_MESSAGE = 1024;

    private static final int MOST_NAMED = 3;
    private static final String TRUE = "True";
    private static final String FALSE = "False";
    private static final String UNKNOWN = "Unknown";
    private static final String NOT_ACCEPTED = "NotAccepted";

    private final ClusterView view;
    private final SortedSet<String> dataPlanes;
    private final Instant now;

    Statuses(ClusterView view, Instant now) {
        this.view = view;
        this.now = now.truncatedTo(ChronoUnit.SECONDS);
        List<String> known = view.nodes().stream().map(ClusterNode::name).toList();
        this.dataPlanes = new TreeSet<>(view.dataPlanes());
        view.answers().forEach((name, state) -> {
            if (state.connected()) {
                dataPlanes.add(name);
            }
        });
        dataPlanes.retainAll(known);
    }

    /** Of a balancer that is nowhere. */
    HashLoadBalancerStatus refused(Verdict verdict) {
        String why = "the balancer is not accepted, see Accepted";
        return status(
                verdict.declared(),
                List.of(
                        accepted(verdict),
                        condition(verdict.declared(), SERVERS_READY, UNKNOWN, NOT_ACCEPTED, why),
                        condition(verdict.declared(), PROGRAMMED, FALSE, NOT_ACCEPTED, why)),
                List.of(),
                0,
                null,
                null);
    }

    /** @param version under which it went out; 0 if it does just now */
    HashLoadBalancerStatus of(
            Verdict verdict, Accepted accepted, Candidates candidates, Membership membership, long version) {
        DeclaredBalancer declared = verdict.declared();
        int programmed = (int) dataPlanes.stream()
                .filter(n -> state(n).has(declared.name(), version))
                .count();
        Nodes nodes = Nodes.of(programmed, dataPlanes.size());
        Condition programmedCondition = programmed(declared, version, programmed);
        HashLoadBalancerStatus before = declared.status();
        if (before != null && before.nodes() != null && stillConnecting()) {
            Condition same = find(before, PROGRAMMED);
            if (same != null) {
                nodes = before.nodes();
                programmedCondition = same;
            }
        }
        return status(
                declared,
                List.of(
                        accepted(verdict),
                        serversReady(declared, accepted, candidates, membership),
                        programmedCondition),
                accepted.checked().addresses().stream().map(IpAddress::toString).toList(),
                membership.takingFlows(),
                membership.generation(),
                nodes);
    }

    /** The operator leads just now, and does not know yet what the nodes have: no reason to say that they have nothing. */
    private boolean stillConnecting() {
        return view.settling() && dataPlanes.stream().anyMatch(n -> state(n).acknowledgedVersion() == 0);
    }

    private Condition accepted(Verdict verdict) {
        return verdict.complaint()
                .map(c -> condition(verdict.declared(), ACCEPTED, FALSE, c.reason(), c.message()))
                .orElseGet(() -> condition(
                        verdict.declared(),
                        ACCEPTED,
                        TRUE,
                        "Accepted",
                        verdict.warnings().isEmpty()
                                ? "the declaration holds"
                                : "the declaration holds, but: " + String.join("; and ", verdict.warnings())));
    }

    private Condition serversReady(
            DeclaredBalancer declared, Accepted accepted, Candidates candidates, Membership membership) {
        int taking = membership.takingFlows();
        int all = candidates.servers().size();
        NamespacedName service = declared.service(accepted.spec());
        for (Family family : accepted.families()) {
            boolean some = membership.servers().stream()
                    .anyMatch(s -> s.families().contains(family)
                            && s.intervalAt(membership.generation()).isPresent());
            if (!some && taking > 0) {
                return condition(
                        declared,
                        SERVERS_READY,
                        FALSE,
                        "NoServersInFamily",
                        "no server has an address of " + family
                                + ", but the balancer has; make the pods and the Service dual-stack (ipFamilyPolicy)");
            }
        }
        if (taking > 0) {
            return condition(
                    declared, SERVERS_READY, TRUE, "ServersReady", taking + " of " + all + " servers take new flows");
        }
        return all > 0
                ? condition(declared, SERVERS_READY, FALSE, "NoServerReady", noneReady(all, membership))
                : condition(declared, SERVERS_READY, FALSE, "NoServers", noServers(service, accepted, candidates));
    }

    private static String noneReady(int all, Membership membership) {
        String why = membership.notSetUp().entrySet().stream()
                .limit(MOST_NAMED)
                .map(e -> e.getKey() + ": " + e.getValue())
                .collect(Collectors.joining("; "));
        return "none of " + all + " servers takes new flows; "
                + (why.isEmpty() ? "see why the pods are not ready" : why);
    }

    private String noServers(NamespacedName service, Accepted accepted, Candidates candidates) {
        if (!candidates.refused().isEmpty()) {
            return "no pod can be a server: "
                    + candidates.refused().entrySet().stream()
                            .limit(MOST_NAMED)
                            .map(e -> e.getKey() + ": " + e.getValue())
                            .collect(Collectors.joining("; "));
        }
        if (accepted.spec().serviceName() == null) {
            return "no pod has the labels of selector; see the pods' labels";
        }
        return view.services().containsKey(service)
                ? "Service " + service + " has no endpoints; see its selector and the pods' labels"
                : "there is no Service " + service + "; create it, or correct serviceName";
    }

    private Condition programmed(DeclaredBalancer declared, long version, int programmed) {
        int total = dataPlanes.size();
        if (total == 0) {
            return condition(
                    declared,
                    PROGRAMMED,
                    FALSE,
                    "NoDataPlanes",
                    "no node has a data plane; see the DaemonSet's pods and their logs");
        }
        String refusals = dataPlanes.stream()
                .filter(n -> refusal(n, declared.name()) != null)
                .limit(MOST_NAMED)
                .map(n -> "node " + n + ": " + refusal(n, declared.name()))
                .collect(Collectors.joining("; "));
        if (!refusals.isEmpty()) {
            return condition(declared, PROGRAMMED, FALSE, PlanEvent.NODE_REFUSED, "refused by " + refusals);
        }
        if (programmed == total) {
            return condition(declared, PROGRAMMED, TRUE, "Programmed", "all nodes forward with the newest server list");
        }
        String behind = dataPlanes.stream()
                .filter(n -> !state(n).has(declared.name(), version))
                .limit(MOST_NAMED)
                .map(n -> state(n).connected() ? n : n + " (not connected: it forwards with what it had)")
                .collect(Collectors.joining(", "));
        return condition(
                declared,
                PROGRAMMED,
                FALSE,
                "Pending",
                programmed + " of " + total + " nodes forward with the newest server list; not yet: " + behind);
    }

    private @Nullable String refusal(String node, NamespacedName balancer) {
        NodeState state = state(node);
        String own = state.leftOut().get(balancer);
        return own != null ? own : state.refusal().orElse(null);
    }

    private NodeState state(String node) {
        return view.answers().getOrDefault(node, NodeState.UNKNOWN);
    }

    private HashLoadBalancerStatus status(
            DeclaredBalancer declared,
            List<Condition> conditions,
            List<String> addresses,
            int servers,
            @Nullable Long generation,
            @Nullable Nodes nodes) {
        return new HashLoadBalancerStatus(
                conditions,
                declared.observedGeneration(),
                addresses,
                addresses.isEmpty() ? null : String.join(",", addresses),
                servers,
                generation,
                nodes);
    }

    private Condition condition(DeclaredBalancer declared, String type, String status, String reason, String message) {
        Condition before = declared.status() == null ? null : find(declared.status(), type);
        String since = before != null && status.equals(before.getStatus()) && before.getLastTransitionTime() != null
                ? before.getLastTransitionTime()
                : now.toString();
        return new ConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage(
                        message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "...")
                .withObservedGeneration(declared.observedGeneration())
                .withLastTransitionTime(since)
                .build();
    }

    private static @Nullable Condition find(HashLoadBalancerStatus status, String type) {
        return status.conditions() == null
                ? null
                : status.conditions().stream()
                        .filter(c -> type.equals(c.getType()))
                        .findFirst()
                        .orElse(null);
    }

    /** By balancer, what the nodes refuse: for events. */
    Map<String, String> refusals(NamespacedName balancer) {
        return dataPlanes.stream()
                .filter(n -> refusal(n, balancer) != null)
                .collect(Collectors.toMap(n -> n, n -> String.valueOf(refusal(n, balancer))));
    }
}

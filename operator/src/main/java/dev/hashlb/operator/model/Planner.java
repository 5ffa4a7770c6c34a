package dev.hashlb.operator.model;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus;
import dev.hashlb.operator.model.Acceptance.Accepted;
import dev.hashlb.operator.model.Acceptance.Verdict;
import dev.hashlb.operator.model.NodeState.ServerKey;
import dev.hashlb.operator.model.PlannerState.Published;
import dev.hashlb.operator.model.PlannerState.Waiting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** From all that is known to what should be. */
public final class Planner {
    private final ClusterView view;
    private final PlannerState before;
    private final Moment now;
    private final Statuses statuses;
    private final Map<String, ClusterNode> usableNodes = new LinkedHashMap<>();
    private final List<Node> nodes;

    private final List<Balancer> balancers = new ArrayList<>();
    private final Map<NamespacedName, HashLoadBalancerStatus> newStatuses = new HashMap<>();
    private final Map<NamespacedName, Ledger.Entry> entries = new HashMap<>();
    private final Map<NamespacedName, Published> published = new HashMap<>();
    private final Map<ServerKey, Waiting> waiting = new HashMap<>();
    private final Notices notices;
    private final LostNodes lost;
    private long wakeAtMillis = Long.MAX_VALUE;

    private Planner(ClusterView view, PlannerState before, Moment now) {
        this.view = view;
        this.before = before;
        this.now = now;
        this.statuses = new Statuses(view, now.wall());
        this.nodes = tunnelNodes();
        this.notices = new Notices(before.told());
        this.lost = LostNodes.of(usableNodes.keySet(), view.dataPlanes(), view.answers(), before.lost());
    }

    /**
     * Plans.
     *
     * @param before what the last plan handed on
     */
    public static Plan plan(ClusterView view, PlannerState before, Moment now) {
        return new Planner(view, before, now).plan();
    }

    private Plan plan() {
        for (Verdict verdict : new Acceptance(view, before.ledger()).judgeAll()) {
            notices.told(verdict);
            if (verdict.accepted().isPresent()) {
                accept(verdict, verdict.accepted().get());
            } else {
                refuse(verdict);
            }
        }
        balancers.sort(Comparator.comparing(Balancer::name));
        return new Plan(
                new Snapshot(0, balancers, nodes, List.of()),
                newStatuses,
                notices.news(),
                new PlannerState(new Ledger(entries), published, waiting, notices.standing(), lost.names()),
                wakeAtMillis == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(wakeAtMillis));
    }

    private void accept(Verdict verdict, Accepted accepted) {
        DeclaredBalancer declared = verdict.declared();
        NamespacedName name = declared.name();
        Ledger.Entry entry = before.ledger().entries().get(name);
        SortedMap<String, List<Interval>> intervals =
                entry != null && entry.uid().equals(declared.uid()) ? entry.servers() : new TreeMap<>();
        List<Endpoint> endpoints = view.endpoints().getOrDefault(declared.service(accepted.spec()), List.of()).stream()
                .map(this::asFarAsItsNodeLives)
                .toList();
        Candidates candidates =
                Candidates.of(endpoints, accepted.families(), accepted.ports(), usableNodes, intervals.keySet());
        Membership membership = Membership.advance(
                name,
                entry == null ? 0 : entry.generation(),
                intervals,
                candidates.servers(),
                before.waiting(),
                view.answers(),
                now.millis());
        entries.put(
                name,
                new Ledger.Entry(declared.uid(), membership.generation(), accepted.spec(), membership.intervals()));
        waiting.putAll(membership.waiting());
        membership.wakeAtMillis().ifPresent(at -> wakeAtMillis = Math.min(wakeAtMillis, at));
        Balancer balancer = accepted.checked().toBalancer(membership.generation(), membership.servers());
        balancers.add(balancer);
        long version = publish(balancer);
        newStatuses.put(name, statuses.of(verdict, accepted, candidates, membership, version));
        notices.told(declared, lost, endpoints);
        notices.told(declared, candidates, membership, statuses.refusals(name));
    }

    /** On a node that is dead as far as can be seen it takes no new flows; connections that it has it keeps, in case it is not so. */
    private Endpoint asFarAsItsNodeLives(Endpoint endpoint) {
        return lost.names().contains(endpoint.node()) ? endpoint.notReady() : endpoint;
    }

    private void refuse(Verdict verdict) {
        NamespacedName name = verdict.declared().name();
        Ledger.Entry entry = before.ledger().entries().get(name);
        if (entry != null) {
            entries.put(name, entry);
        }
        newStatuses.put(name, statuses.refused(verdict));
    }

    /** The version under which all that decides about flows went out already; 0 if it is news. */
    private long publish(Balancer whole) {
        Balancer balancer = whole.withoutPrepared();
        Published earlier = before.published().get(balancer.name());
        Published same = earlier != null && earlier.content().equals(balancer) ? earlier : new Published(balancer, 0);
        published.put(balancer.name(), same);
        return same.version();
    }

    /** All nodes that have an address of the tunnel's family: IPv4 if all nodes have one, else IPv6 if they do, else IPv4. */
    private List<Node> tunnelNodes() {
        Family family = allHave(Family.IPV4) || !allHave(Family.IPV6) ? Family.IPV4 : Family.IPV6;
        List<Node> usable = new ArrayList<>();
        Set<IpAddress> taken = new HashSet<>();
        for (ClusterNode node : view.nodes().stream()
                .sorted(Comparator.comparing(ClusterNode::name))
                .toList()) {
            Optional<IpAddress> address = internal(node, family);
            if (address.isPresent() && taken.add(address.get())) {
                usable.add(new Node(node.name(), address.get(), true));
                usableNodes.put(node.name(), node);
            }
        }
        return usable;
    }

    private boolean allHave(Family family) {
        return view.nodes().stream().allMatch(n -> internal(n, family).isPresent());
    }

    private static Optional<IpAddress> internal(ClusterNode node, Family family) {
        return node.internal().stream().filter(a -> a.family() == family).findFirst();
    }
}

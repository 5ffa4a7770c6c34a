package dev.hashlb.operator.model;

import dev.hashlb.core.declare.Numbering;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.operator.model.Candidates.Candidate;
import dev.hashlb.operator.model.NodeState.ServerKey;
import dev.hashlb.operator.model.PlannerState.Waiting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One balancer's server list, one step on. A server is Prepared as soon as Kubernetes knows its pod, takes new flows when
 * Kubernetes says that it is ready and its host has acknowledged it, drains, and is gone with its pod.
 *
 * @param generation of the list
 * @param intervals of those that took flows at some time, by identity: the ledger's part
 * @param servers the list: by {@code joined} of the last interval, then by identity; Prepared ones at the end
 * @param waiting those that are Prepared
 * @param unacknowledged names of those that took flows just now, though their hosts did not say that they are set up
 * @param notSetUp by name, why a host cannot serve one that should take flows
 * @param wakeAtMillis when a wait is over
 */
record Membership(
        long generation,
        SortedMap<String, List<Interval>> intervals,
        List<Server> servers,
        Map<ServerKey, Waiting> waiting,
        List<String> unacknowledged,
        SortedMap<String, String> notSetUp,
        OptionalLong wakeAtMillis) {
    /** How long a server waits for its host before it takes flows all the same. */
    static final long PATIENCE_MILLIS = 2000;

    private static final int WEIGHT = 1;

    /** How many take new flows. */
    int takingFlows() {
        return (int) servers.stream()
                .filter(s -> s.intervalAt(generation).isPresent())
                .count();
    }

    /**
     * The next step.
     *
     * @param generation of the list before; 0 if there was none
     * @param before the ledger's intervals
     * @param waiting who is Prepared, of any balancer
     */
    static Membership advance(
            NamespacedName balancer,
            long generation,
            SortedMap<String, List<Interval>> before,
            List<Candidate> candidates,
            Map<ServerKey, Waiting> waiting,
            Map<String, NodeState> nodes,
            long nowMillis) {
        return new Step(balancer, generation, before, waiting, nodes, nowMillis).take(candidates);
    }

    private static final class Step {
        private final NamespacedName balancer;
        private final long next;
        private final SortedMap<String, List<Interval>> before;
        private final Map<ServerKey, Waiting> waitingBefore;
        private final Map<String, NodeState> nodes;
        private final long nowMillis;

        private final SortedMap<String, List<Interval>> intervals = new TreeMap<>();
        private final Map<ServerKey, Waiting> waiting = new HashMap<>();
        private final List<String> unacknowledged = new ArrayList<>();
        private final SortedMap<String, String> notSetUp = new TreeMap<>();
        private long wakeAtMillis = Long.MAX_VALUE;

        Step(
                NamespacedName balancer,
                long generation,
                SortedMap<String, List<Interval>> before,
                Map<ServerKey, Waiting> waiting,
                Map<String, NodeState> nodes,
                long nowMillis) {
            this.balancer = balancer;
            this.next = generation + 1;
            this.before = before;
            this.waitingBefore = waiting;
            this.nodes = nodes;
            this.nowMillis = nowMillis;
        }

        Membership take(List<Candidate> candidates) {
            for (Candidate candidate : candidates) {
                List<Interval> had = before.get(candidate.identity());
                if (had != null) {
                    tellProblem(candidate);
                    intervals.put(candidate.identity(), Numbering.advance(had, WEIGHT, !candidate.wantsFlows(), next));
                } else if (maySend(candidate)) {
                    intervals.put(candidate.identity(), List.of(Interval.open(WEIGHT, next)));
                }
            }
            boolean first = next == 1;
            long generation = first || !intervals.equals(before) ? next : next - 1;
            return new Membership(
                    generation,
                    intervals,
                    servers(candidates),
                    waiting,
                    unacknowledged,
                    notSetUp,
                    wakeAtMillis == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(wakeAtMillis));
        }

        /** Whether a Prepared server takes flows from now on. */
        private boolean maySend(Candidate candidate) {
            ServerKey key = new ServerKey(balancer, candidate.identity());
            Waiting wait = waitingBefore.getOrDefault(key, Waiting.NEW);
            if (!candidate.wantsFlows()) {
                waiting.put(key, new Waiting(wait.version(), Waiting.NOT_READY));
                return false;
            }
            long since = wait.isReady() ? wait.readySinceMillis() : nowMillis;
            NodeState host = nodes.getOrDefault(candidate.node(), NodeState.UNKNOWN);
            boolean failed = tellProblem(candidate);
            if (!failed && host.has(balancer, wait.version())) {
                return true;
            }
            boolean overdue = nowMillis - since >= PATIENCE_MILLIS;
            if (!failed && !overdue) {
                wakeAtMillis = Math.min(wakeAtMillis, since + PATIENCE_MILLIS);
            }
            // A host that says that it cannot serve it is believed. One that is not connected does not know of it, and
            // would drop what comes for it.
            if (!failed && overdue && host.connected()) {
                unacknowledged.add(candidate.name());
                return true;
            }
            if (!failed && overdue) {
                notSetUp.put(candidate.name(), "node " + candidate.node() + ": no data plane of it is connected");
            }
            waiting.put(key, new Waiting(wait.version(), since));
            return false;
        }

        private boolean tellProblem(Candidate candidate) {
            String problem = nodes.getOrDefault(candidate.node(), NodeState.UNKNOWN)
                    .problems()
                    .get(new ServerKey(balancer, candidate.identity()));
            if (problem != null && candidate.wantsFlows()) {
                notSetUp.put(candidate.name(), "node " + candidate.node() + ": " + problem);
            }
            return problem != null;
        }

        private List<Server> servers(List<Candidate> candidates) {
            List<Server> list = new ArrayList<>();
            for (Candidate candidate : candidates) {
                list.add(new Server(
                        candidate.name(),
                        candidate.identity(),
                        candidate.node(),
                        "",
                        candidate.addresses(),
                        candidate.addresses().stream().map(a -> a.family()).collect(Collectors.toSet()),
                        intervals.getOrDefault(candidate.identity(), List.of())));
            }
            list.sort(Comparator.comparingLong(Step::lastJoined).thenComparing(Server::identity));
            return List.copyOf(list);
        }

        private static long lastJoined(Server server) {
            return server.prepared()
                    ? Long.MAX_VALUE
                    : server.intervals().getLast().joined();
        }
    }
}

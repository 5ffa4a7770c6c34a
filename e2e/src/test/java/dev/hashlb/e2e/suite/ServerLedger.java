package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.lab.BalancerDocuments;
import dev.hashlb.e2e.lab.Pod;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes the generations of a server list as its steps are taken, so that all nodes agree whatever they saw. */
final class ServerLedger {
    /** {@code left} 0: it still takes new flows. */
    private record Interval(long joined, long left) {
        String yaml() {
            return "{weight: 1, joined: " + joined + (left == 0 ? "" : ", left: " + left) + "}";
        }
    }

    /** A server in its pod. */
    private record Listed(Pod pod, List<Interval> intervals) {
        boolean takesNewFlows() {
            return intervals.getLast().left() == 0;
        }

        void join(long generation) {
            if (intervals.isEmpty() || !takesNewFlows()) {
                intervals.add(new Interval(generation, 0));
            }
        }

        void leave(long generation) {
            if (takesNewFlows()) {
                Interval last = intervals.removeLast();
                intervals.add(new Interval(last.joined(), generation));
            }
        }
    }

    private final Map<String, Listed> servers = new LinkedHashMap<>();
    private long generation;

    /** From now on the servers of these pods take new flows, each of its pod's name; the others that did drain. */
    ServerLedger serve(Collection<Pod> pods) {
        generation++;
        Set<String> names = pods.stream().map(Pod::name).collect(Collectors.toSet());
        servers.forEach((name, server) -> {
            if (!names.contains(name)) {
                server.leave(generation);
            }
        });
        pods.forEach(pod -> listed(pod.name(), pod).join(generation));
        return this;
    }

    /** A server more. */
    ServerLedger join(String name, Pod pod) {
        generation++;
        listed(name, pod).join(generation);
        return this;
    }

    private Listed listed(String name, Pod pod) {
        return servers.computeIfAbsent(name, n -> new Listed(pod, new ArrayList<>()));
    }

    /** A server takes no new flows. */
    ServerLedger drain(String name) {
        generation++;
        servers.get(name).leave(generation);
        return this;
    }

    /** Takes a server out, draining or not. */
    ServerLedger remove(String name) {
        generation++;
        servers.remove(name);
        return this;
    }

    /** The list's number. */
    long newest() {
        return generation;
    }

    void declare(BalancerDocuments documents) {
        documents.generation(generation);
        servers.forEach((name, server) -> documents.server(
                name,
                server.pod(),
                "intervals: [" + server.intervals().stream().map(Interval::yaml).collect(Collectors.joining(", "))
                        + "]"));
    }
}

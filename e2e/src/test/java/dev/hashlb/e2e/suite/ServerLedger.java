package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.lab.BalancerDocuments;
import dev.hashlb.e2e.lab.Pod;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the generations of a server list as its steps are taken, so that all nodes agree whatever they saw. */
final class ServerLedger {
    /** {@code left} 0: it still takes new flows. */
    private record Interval(long joined, long left) {
        String yaml() {
            return "{weight: 1, joined: " + joined + (left == 0 ? "" : ", left: " + left) + "}";
        }
    }

    private final Map<Pod, List<Interval>> intervals = new LinkedHashMap<>();
    private long generation;

    /** From now on these take new flows; the others that did drain. */
    ServerLedger serve(Collection<Pod> pods) {
        generation++;
        intervals.forEach((pod, list) -> {
            Interval last = list.getLast();
            if (last.left() == 0 && !pods.contains(pod)) {
                list.set(list.size() - 1, new Interval(last.joined(), generation));
            }
        });
        for (Pod pod : pods) {
            List<Interval> list = intervals.computeIfAbsent(pod, p -> new ArrayList<>());
            if (list.isEmpty() || list.getLast().left() != 0) {
                list.add(new Interval(generation, 0));
            }
        }
        return this;
    }

    /** Takes a server out, draining or not. */
    ServerLedger remove(Pod pod) {
        intervals.remove(pod);
        generation++;
        return this;
    }

    void declare(BalancerDocuments documents) {
        intervals.forEach((pod, list) -> documents.server(
                pod, "intervals: [" + list.stream().map(Interval::yaml).collect(Collectors.joining(", ")) + "]"));
    }
}

package dev.hashlb.core.declare;

import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Numbers the changes of server lists that were written without {@code joined} and {@code left}, by comparing what is
 * wished for with the snapshot before. All changes that are seen at once are one generation. The rules are in docs/state.md.
 */
public final class Numbering {
    /** @param intervals one list for each of the servers, in their order */
    record Numbered(long generation, List<List<Interval>> intervals) {}

    private final Map<NamespacedName, Balancer> before = new HashMap<>();

    Numbering(Snapshot before) {
        before.balancers().forEach(b -> this.before.put(b.name(), b));
    }

    /** @param listNumber the list's own number, where all servers have theirs */
    Numbered number(NamespacedName balancer, List<ServerDraft> servers, OptionalLong listNumber) {
        boolean allWritten = !servers.isEmpty() && servers.stream().allMatch(s -> s.tenure() instanceof Tenure.Written);
        Balancer earlier = before.get(balancer);
        long generation = earlier == null || allWritten ? 0 : earlier.generation();
        Map<String, List<Interval>> known = new HashMap<>();
        if (earlier != null) {
            earlier.servers().forEach(s -> known.put(s.name(), s.intervals()));
        }
        long next = generation + 1;
        List<List<Interval>> numbered = servers.stream()
                .map(s -> switch (s.tenure()) {
                    case Tenure.Written written -> written.intervals();
                    case Tenure.Unnumbered wish -> advance(known.getOrDefault(s.name(), List.of()), wish, next);
                })
                .toList();
        if (listNumber.isPresent()) {
            return new Numbered(listNumber.getAsLong(), numbered);
        }
        boolean changed = generation == 0 || known.size() != servers.size();
        for (int i = 0; i < numbered.size(); i++) {
            changed |= !numbered.get(i).equals(known.get(servers.get(i).name()));
        }
        long newest = Math.max(1, newest(numbered));
        long counted = changed ? next : generation;
        return new Numbered(allWritten ? newest : Math.max(newest, counted), numbered);
    }

    /** The newest number in a list; 0 if it has none. */
    static long newest(List<List<Interval>> intervals) {
        return intervals.stream()
                .flatMap(List::stream)
                .mapToLong(i -> i.left().orElse(i.joined()))
                .max()
                .orElse(0);
    }

    private static List<Interval> advance(List<Interval> intervals, Tenure.Unnumbered wish, long next) {
        return advance(intervals, wish.weight(), wish.draining(), next);
    }

    /**
     * A server's intervals after a step to a generation that none of them has reached.
     *
     * @param intervals oldest first; empty for a server that is new
     * @param weight its weight from now on, if it is not draining
     * @param draining whether it takes no new flows from now on
     * @param next the generation of the step
     * @return at most {@link Server#MAX_INTERVALS}
     */
    public static List<Interval> advance(List<Interval> intervals, int weight, boolean draining, long next) {
        List<Interval> after = new ArrayList<>(intervals);
        if (intervals.isEmpty()) {
            // One that is first seen draining joined in the step before, as far as anybody knows.
            after.add(draining ? new Interval(weight, next, OptionalLong.of(next + 1)) : Interval.open(weight, next));
            return after;
        }
        Interval last = intervals.getLast();
        boolean open = last.left().isEmpty();
        if (open && (draining || last.weight() != weight)) {
            after.set(after.size() - 1, new Interval(last.weight(), last.joined(), OptionalLong.of(next)));
        }
        if (!draining && (!open || last.weight() != weight)) {
            after.add(Interval.open(weight, next));
        }
        while (after.size() > Server.MAX_INTERVALS) {
            closeOldestGap(after);
        }
        return after;
    }

    /** Makes the two oldest intervals one, with the weight of the later of them. */
    private static void closeOldestGap(List<Interval> intervals) {
        Interval oldest = intervals.removeFirst();
        Interval second = intervals.removeFirst();
        intervals.addFirst(new Interval(second.weight(), oldest.joined(), second.left()));
    }
}

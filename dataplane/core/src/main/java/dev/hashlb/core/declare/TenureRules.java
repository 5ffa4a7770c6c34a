package dev.hashlb.core.declare;

import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Rules about {@code weight}, {@code joined}, {@code left}, {@code draining} and {@code intervals} of a static server. */
final class TenureRules {
    private final Findings findings;

    TenureRules(Findings findings) {
        this.findings = findings;
    }

    Tenure check(StaticServers.Server server, Place place) {
        if (server.intervals() != null) {
            return longForm(server, server.intervals(), place);
        }
        int weight = weight(server.weight(), place.field("weight"));
        boolean draining = Boolean.TRUE.equals(server.draining());
        if (server.joined() == null && server.left() == null) {
            return new Tenure.Unnumbered(weight, draining);
        }
        if (draining && server.left() == null) {
            findings.mistake(
                    place.field("draining"),
                    true,
                    "stands beside joined, but without left",
                    "write left: the generation in which it ceased to take new flows; or leave joined out as well");
            return new Tenure.Written(List.of());
        }
        if (Boolean.FALSE.equals(server.draining()) && server.left() != null) {
            findings.mistake(
                    place.field("draining"),
                    false,
                    "contradicts left " + server.left(),
                    "a server that left is draining; leave one of them out");
        }
        Interval interval = interval(weight, server.joined(), server.left(), place);
        return new Tenure.Written(interval == null ? List.of() : List.of(interval));
    }

    private Tenure longForm(
            StaticServers.Server server, List<StaticServers.@Nullable Interval> intervals, Place place) {
        refuseBesideIntervals(server.weight(), place.field("weight"));
        refuseBesideIntervals(server.joined(), place.field("joined"));
        refuseBesideIntervals(server.left(), place.field("left"));
        Place at = place.field("intervals");
        if (intervals.isEmpty() || intervals.size() > Server.MAX_INTERVALS) {
            findings.mistake(
                    at,
                    null,
                    "has " + intervals.size() + " entries",
                    "write 1 to " + Server.MAX_INTERVALS + "; where there were more, close the oldest gaps");
        }
        List<Interval> good = new ArrayList<>();
        for (int i = 0; i < intervals.size(); i++) {
            StaticServers.Interval declared = intervals.get(i);
            if (declared == null) {
                findings.mistake(at.item(i), null, "is empty", "write {weight: 1, joined: 1, left: 4}");
                continue;
            }
            int weight = weight(declared.weight(), at.item(i).field("weight"));
            Interval interval = interval(weight, declared.joined(), declared.left(), at.item(i));
            if (interval != null) {
                tellOverlap(good, interval, at.item(i));
                good.add(interval);
            }
        }
        boolean open = !good.isEmpty() && good.getLast().left().isEmpty();
        if (server.draining() != null && !good.isEmpty() && server.draining() == open) {
            findings.mistake(
                    place.field("draining"),
                    server.draining(),
                    "contradicts the last of intervals, which has " + (open ? "no left" : "left"),
                    "leave draining out");
        }
        return new Tenure.Written(good);
    }

    private void tellOverlap(List<Interval> earlier, Interval interval, Place place) {
        if (earlier.isEmpty()) {
            return;
        }
        OptionalLong left = earlier.getLast().left();
        if (left.isEmpty()) {
            findings.mistake(
                    place, null, "follows an interval that has no left", "only the last interval may be without left");
        } else if (interval.joined() < left.getAsLong()) {
            findings.mistake(
                    place.field("joined"),
                    interval.joined(),
                    "is before the earlier interval's left " + left.getAsLong(),
                    "write intervals oldest first, none overlapping another");
        }
    }

    private void refuseBesideIntervals(@Nullable Long value, Place place) {
        if (value != null) {
            findings.mistake(place, value, "stands beside intervals", "write it in intervals only");
        }
    }

    private int weight(@Nullable Long weight, Place place) {
        if (weight == null) {
            return Defaults.WEIGHT;
        }
        if (weight < 1 || weight > Interval.MAX_WEIGHT) {
            findings.mistake(place, weight, "is not a weight", "write a number from 1 to " + Interval.MAX_WEIGHT);
            return Defaults.WEIGHT;
        }
        return weight.intValue();
    }

    private @Nullable Interval interval(int weight, @Nullable Long joined, @Nullable Long left, Place place) {
        long from = joined == null ? Defaults.JOINED : joined;
        if (from < 1) {
            findings.mistake(place.field("joined"), from, "is not a generation", "generations count from 1");
            return null;
        }
        if (left != null && left <= from) {
            findings.mistake(
                    place.field("left"),
                    left,
                    "does not come after joined " + from,
                    "a server leaves in a later generation than it joins");
            return null;
        }
        return new Interval(weight, from, left == null ? OptionalLong.empty() : OptionalLong.of(left));
    }
}

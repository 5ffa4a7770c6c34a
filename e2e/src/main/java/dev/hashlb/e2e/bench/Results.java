package dev.hashlb.e2e.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All values of a run, by measure and candidate, in the order in which they first came. Of one thread. */
final class Results {
    /** The middle of some values and their ends. */
    record Spread(double min, double median, double max) {
        static Spread of(List<Double> values) {
            List<Double> sorted = values.stream().sorted().toList();
            int n = sorted.size();
            double median = (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
            return new Spread(sorted.getFirst(), median, sorted.getLast());
        }
    }

    private final Map<Measure, Map<String, List<Double>>> values = new LinkedHashMap<>();

    void add(Measure measure, String candidate, double value) {
        values.computeIfAbsent(measure, m -> new LinkedHashMap<>())
                .computeIfAbsent(candidate, c -> new ArrayList<>())
                .add(value);
    }

    /** The values of each candidate, one for each round. */
    Map<Measure, Map<String, List<Double>>> values() {
        return values;
    }
}

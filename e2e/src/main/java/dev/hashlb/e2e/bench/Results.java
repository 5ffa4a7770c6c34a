package dev.hashlb.e2e.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All values of a run, by measure and candidate, in the order in which they first came. Of one thread. */
final class Results {
    /**
     * The middle of some values and their ends.
     *
     * @param medianFrom with {@code medianTo}: between these the median lies with 95 % probability whatever the distribution, by the sign test's order
     *     statistics (Conover, Practical Nonparametric Statistics, 3.2); the ends where there are too few values
     */
    record Spread(double min, double median, double max, double medianFrom, double medianTo) {
        /** Of a normal distribution, so many standard deviations either side hold 95 %. */
        private static final double DEVIATIONS = 1.96;

        static Spread of(List<Double> values) {
            List<Double> sorted = values.stream().sorted().toList();
            int n = sorted.size();
            double median = (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
            int outside = (int) Math.max(0, Math.floor((n - 1 - DEVIATIONS * Math.sqrt(n)) / 2));
            return new Spread(
                    sorted.getFirst(), median, sorted.getLast(), sorted.get(outside), sorted.get(n - 1 - outside));
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

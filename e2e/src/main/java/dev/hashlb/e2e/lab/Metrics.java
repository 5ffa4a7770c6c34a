package dev.hashlb.e2e.lab;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A reading of a data plane's metrics.
 *
 * @param samples by name and labels, as in the text
 */
public record Metrics(Map<String, Double> samples) {
    public Metrics {
        samples = Map.copyOf(samples);
    }

    static Metrics parse(String text) {
        Map<String, Double> samples = new LinkedHashMap<>();
        text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> {
            int end = line.lastIndexOf(' ');
            samples.put(line.substring(0, end), Double.valueOf(line.substring(end + 1)));
        });
        return new Metrics(samples);
    }

    /** The sum over all samples of a metric whose labels contain all of these, each written {@code name="value"}. */
    public double sum(String metric, String... labels) {
        return samples.entrySet().stream()
                .filter(sample ->
                        sample.getKey().equals(metric) || sample.getKey().startsWith(metric + "{"))
                .filter(sample -> java.util.Arrays.stream(labels).allMatch(sample.getKey()::contains))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}

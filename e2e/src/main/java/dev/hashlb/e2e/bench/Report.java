package dev.hashlb.e2e.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Writes results down: as JSON with every value, and as a table for people. */
final class Report {
    /** With fewer rounds the median is anywhere between the ends. */
    private static final int ROUNDS_THAT_BOUND = 10;

    private final Results results;
    private final String baseline;
    private final Map<String, String> conditions = new TreeMap<>();

    /**
     * A report on results, which may still grow.
     *
     * @param baseline the candidate that ratios are to
     */
    Report(Results results, String baseline) {
        this.results = results;
        this.baseline = baseline;
    }

    /** Adds something that the reader must know to judge the figures. */
    Report condition(String name, String value) {
        conditions.put(name, value);
        return this;
    }

    void writeJson(Path file) throws IOException {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode root = json.createObjectNode();
        root.set("conditions", json.valueToTree(conditions));
        ObjectNode measures = root.putObject("measures");
        results.values().forEach((measure, candidates) -> {
            ObjectNode node = measures.putObject(measure.name());
            node.put("unit", measure.unit());
            node.put("moreIsBetter", measure.moreIsBetter());
            candidates.forEach((candidate, values) -> {
                ObjectNode entry = node.putObject(candidate);
                put(Results.Spread.of(values), entry);
                ratios(candidates, candidate).ifPresent(ratios -> put(ratios, entry.putObject("ratio")));
                entry.set("values", json.valueToTree(values));
            });
        });
        Files.writeString(file, json.writeValueAsString(root) + "\n");
    }

    private static void put(Results.Spread spread, ObjectNode entry) {
        entry.put("min", spread.min()).put("median", spread.median()).put("max", spread.max());
        entry.put("medianFrom", spread.medianFrom()).put("medianTo", spread.medianTo());
    }

    /** A line for each measure and a column for each candidate: median and ends, and those of its rounds' ratios to the baseline. */
    String markdown() {
        List<String> candidates = results.values().values().stream()
                .flatMap(byCandidate -> byCandidate.keySet().stream())
                .distinct()
                .toList();
        StringBuilder text =
                new StringBuilder("| measure | unit | " + String.join(" | ", candidates) + " |\n|---|---|");
        text.append("--:|".repeat(candidates.size())).append('\n');
        results.values().forEach((measure, values) -> {
            text.append("| ").append(measure.name()).append(" | ").append(measure.unit());
            candidates.forEach(candidate -> text.append(" | ").append(cell(values, candidate)));
            text.append(" |\n");
        });
        text.append("\nEach: the median of all rounds (minimum – maximum), × the same of each round's ratio to ")
                .append(baseline)
                .append(
                        "; with ten rounds or more [between what the median of all such rounds lies with 95 % probability].\n\n");
        conditions.forEach((name, value) ->
                text.append("- ").append(name).append(": ").append(value).append('\n'));
        return text.toString();
    }

    private String cell(Map<String, List<Double>> candidates, String candidate) {
        List<Double> values = candidates.getOrDefault(candidate, List.of());
        if (values.isEmpty()) {
            return "";
        }
        String ratio = ratios(candidates, candidate)
                .map(ratios -> ", ×" + spread(ratios, values.size()) + medianWithin(ratios, values.size()))
                .orElse("");
        return spread(Results.Spread.of(values), values.size()) + ratio;
    }

    /** Those of each round, since what the machine does meanwhile meets a round's candidates alike; none for the baseline itself. */
    private Optional<Results.Spread> ratios(Map<String, List<Double>> candidates, String candidate) {
        List<Double> values = candidates.getOrDefault(candidate, List.of());
        List<Double> base = candidates.getOrDefault(baseline, List.of());
        if (candidate.equals(baseline) || base.size() != values.size()) {
            return Optional.empty();
        }
        return Optional.of(Results.Spread.of(IntStream.range(0, values.size())
                .mapToObj(round -> values.get(round) / base.get(round))
                .toList()));
    }

    private static String spread(Results.Spread spread, int values) {
        String ends = values == 1 ? "" : " (" + number(spread.min()) + " – " + number(spread.max()) + ")";
        return number(spread.median()) + ends;
    }

    private static String medianWithin(Results.Spread spread, int values) {
        return values < ROUNDS_THAT_BOUND
                ? ""
                : String.format(Locale.ROOT, " [%.3f – %.3f]", spread.medianFrom(), spread.medianTo());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value);
    }
}

package dev.hashlb.e2e.bench.continuity;

import dev.hashlb.e2e.bench.continuity.Trial.Broken;
import dev.hashlb.e2e.bench.continuity.Trial.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code hashlb bench continuity}. */
@Command(
        name = "continuity",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Counts the open connections that break, and the bytes of state held, when servers and routers change: "
                        + "HashLB beside nftables and HAProxy, the same events in one run.")
public final class ContinuityVerb implements Runnable {
    @Option(names = "--connections", description = "open at a time, at most 3500 (default: 2000)")
    private int connections = 2_000;

    @Option(names = "--output", description = "folder of the report (default: target/bench)")
    private Path output = Path.of("target", "bench");

    @Override
    public void run() {
        List<Outcome> outcomes = new ArrayList<>();
        for (Balancing balancing : Balancing.all()) {
            // A lab for each: what one leaves in kernels must not help or harm the next.
            try (ContinuityLab lab = ContinuityLab.open()) {
                outcomes.add(new Trial(lab, balancing, connections, System.err).run());
            }
        }
        String table = markdown(outcomes);
        try {
            Files.createDirectories(output);
            Files.writeString(output.resolve("continuity.md"), table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.out.print(table);
    }

    private String markdown(List<Outcome> outcomes) {
        StringBuilder text = new StringBuilder(row(
                String.format(Locale.ROOT, "of %,d connections broken by", connections), outcomes, Outcome::balancer));
        text.append("|---|").append("--:|".repeat(outcomes.size())).append('\n');
        List<Broken> events = outcomes.getFirst().broken();
        for (int i = 0; i < events.size(); i++) {
            int event = i;
            text.append(row(
                    events.get(i).event(),
                    outcomes,
                    o -> String.format(Locale.ROOT, "%,d", o.broken().get(event).connections())));
        }
        text.append(row(
                "state for each connection, bytes",
                outcomes,
                o -> String.format(Locale.ROOT, "%,.0f", o.stateBytes())));
        text.append('\n');
        outcomes.forEach(o -> text.append("- state of ")
                .append(o.balancer())
                .append(": ")
                .append(o.what())
                .append('\n'));
        return text.toString();
    }

    private static String row(String head, List<Outcome> outcomes, Function<Outcome, String> cell) {
        return "| " + head + " | " + outcomes.stream().map(cell).collect(Collectors.joining(" | ")) + " |\n";
    }
}

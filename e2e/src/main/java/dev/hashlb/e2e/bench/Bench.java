package dev.hashlb.e2e.bench;

import dev.hashlb.e2e.bench.candidate.BenchPath;
import dev.hashlb.e2e.bench.candidate.Candidate;
import dev.hashlb.e2e.bench.candidate.HashLb;
import dev.hashlb.e2e.bench.continuity.ContinuityVerb;
import dev.hashlb.e2e.lab.LabException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code make bench}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = ContinuityVerb.class,
        description =
                "Measures HashLB beside plain routing, nftables, HAProxy and nginx, all over one path in one run.")
public final class Bench implements Runnable {
    private static final int REFUSED_BY_SYSTEM = 3;

    @Option(names = "--rounds", description = "interleaved rounds (default: 5)")
    private int rounds = 5;

    @Option(names = "--seconds", description = "how long each measurement lasts (default: 3)")
    private int seconds = 3;

    @Option(names = "--quick", description = "one round of one second: whether it runs, not how fast it is")
    private boolean quick;

    @Option(
            names = "--only",
            split = ",",
            description =
                    "candidates by the start of their names, such as hashlb,plain; ratios are to the first of them that runs")
    private List<String> only = List.of();

    @Option(names = "--loads", split = ",", description = "which of ${COMPLETION-CANDIDATES} (default: all)")
    private Set<Load> loads = EnumSet.allOf(Load.class);

    @Option(
            names = "--lan",
            description = "how packets cross the LAN: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private BenchPath.Lan lan = BenchPath.Lan.SUPER_PACKETS;

    @Option(names = "--self-selection", description = "only: three routers that choose themselves beside one")
    private boolean selfSelection;

    @Option(
            names = "--chains",
            description =
                    "only: what owner chains cost, balancers with and without them in the same data planes by turns")
    private boolean chains;

    @Option(names = "--output", description = "folder of the report (default: target/bench)")
    private Path output = Path.of("target", "bench");

    @Override
    public void run() {
        if (quick) {
            rounds = 1;
            seconds = 1;
        }
        if (selfSelection) {
            measureSelfSelection();
            return;
        }
        if (chains) {
            measureChains();
            return;
        }
        Results results = new Results();
        PrintStream progress = System.err;
        List<Candidate> candidates =
                Candidate.all().stream().filter(this::chosen).toList();
        if (candidates.isEmpty()) {
            throw new LabException("--only " + String.join(",", only) + " is no candidate's start; there are: "
                    + Candidate.all().stream().map(Candidate::name).collect(Collectors.joining("; ")));
        }
        try (BenchPath path = BenchPath.open(lan)) {
            Rounds.run(path, candidates, loads, rounds, seconds, results, progress);
            if (candidates.stream().anyMatch(candidate -> candidate.name().equals("HashLB"))
                    && loads.contains(Load.FLOWS)) {
                DataPlaneFigures.measure(path, rounds, results, progress);
            }
            write(results, candidates.getFirst().name());
        } catch (IOException e) {
            throw new LabException("the benchmark failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
    }

    private void measureChains() {
        Results results = new Results();
        try (BenchPath path = BenchPath.open(lan)) {
            ChainCost.measure(path, rounds, seconds, results, System.err);
            write(results, HashLb.Servers.UNCHAINED.title());
        } catch (IOException e) {
            throw new LabException("the report cannot be written: " + e.getMessage(), e);
        }
    }

    private void measureSelfSelection() {
        try {
            SelfSelection.measure(rounds, seconds, System.out);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
    }

    private boolean chosen(Candidate candidate) {
        return only.isEmpty()
                || only.stream()
                        .anyMatch(start ->
                                candidate.name().toLowerCase(Locale.ROOT).startsWith(start.toLowerCase(Locale.ROOT)));
    }

    private void write(Results results, String baseline) throws IOException {
        Report report = new Report(results, baseline)
                .condition("kernel", System.getProperty("os.version"))
                .condition("JDK", Runtime.version().toString())
                .condition("processors", Integer.toString(Runtime.getRuntime().availableProcessors()))
                .condition("LAN", lan.toString())
                .condition("rounds", rounds + " of " + seconds + " s each measurement");
        Files.createDirectories(output);
        report.writeJson(output.resolve("bench.json"));
        Files.writeString(output.resolve("bench.md"), report.markdown());
        System.out.print(report.markdown());
    }

    /** Arguments as {@code --help} lists them. */
    public static void main(String... arguments) {
        CommandLine bench = new CommandLine(new Bench());
        bench.setCaseInsensitiveEnumValuesAllowed(true);
        bench.setExecutionExceptionHandler((e, command, parsed) -> {
            command.getErr().println("bench: " + e.getMessage());
            if (!(e instanceof LabException)) {
                e.printStackTrace(command.getErr());
            }
            return REFUSED_BY_SYSTEM;
        });
        System.exit(bench.execute(arguments));
    }
}

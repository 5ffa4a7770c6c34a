package dev.hashlb.e2e.bench.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** {@code make jmh}: runs the benchmarks of this package with CPU time and allocation, and writes {@value #RESULT}. */
public final class Jmh {
    private static final String RESULT = "target/bench/jmh.json";
    private static final int WRONG_USAGE = 2;

    private Jmh() {}

    /** Arguments are JMH's own; without a pattern all benchmarks run. */
    public static void main(String... arguments) throws IOException, RunnerException {
        CommandLineOptions given;
        try {
            given = new CommandLineOptions(arguments);
        } catch (CommandLineOptionException e) {
            System.err.println("jmh: " + e.getMessage() + "; JMH's own options are expected, such as -f 1 Tag");
            System.exit(WRONG_USAGE);
            return;
        }
        if (given.shouldHelp()) {
            given.showHelp();
            return;
        }
        Files.createDirectories(Path.of(RESULT).toAbsolutePath().getParent());
        ChainedOptionsBuilder options = new OptionsBuilder()
                .parent(given)
                .addProfiler(GCProfiler.class)
                .addProfiler(ProcessorTimeProfiler.class)
                .resultFormat(given.getResultFormat().orElse(ResultFormatType.JSON))
                .result(given.getResult().orElse(RESULT));
        new Runner(options.build()).run();
    }
}

package dev.hashlb.agent.cli;

import dev.hashlb.agent.config.DeclarationFile;
import dev.hashlb.agent.config.FileCheck;
import dev.hashlb.agent.config.KeyFile;
import dev.hashlb.agent.config.LocatedFinding;
import dev.hashlb.core.snapshot.Snapshot;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/** {@code hashlb check}: says every mistake of a file, or what the file declares. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Validates FILE: tells each mistake with its document and field, all of them at once.",
            "A good file's balancers and router groups are listed. Nothing in the system is looked at or changed."
        },
        footer = {"", "Example:", "  hashlb check -f web.yaml"})
public final class CheckVerb extends Verb {
    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE",
            description = "YAML documents: HashLoadBalancer, HashRouterGroup, StaticServers, StaticNodes.")
    private Path file = Path.of("");

    @Option(names = "--key-file", paramLabel = "F", description = "Validate this file of tunnel keys as well.")
    private @Nullable Path keyFile;

    @Override
    protected ExitStatus perform() throws Exception {
        PrintWriter out = out();
        FileCheck check = DeclarationFile.check(file, Snapshot.EMPTY, List.of());
        List<LocatedFinding> ofKeys =
                keyFile == null ? List.of() : KeyFile.check(keyFile).findings();
        List<LocatedFinding> all = new ArrayList<>(check.findings());
        all.addAll(ofKeys);
        FindingsTable.lines(file, check.findings(), Ansi.AUTO).forEach(out::println);
        if (keyFile != null) {
            FindingsTable.lines(keyFile, ofKeys, Ansi.AUTO).forEach(out::println);
        }
        long mistakes = all.stream().filter(LocatedFinding::isMistake).count();
        String counts = count(mistakes, "mistake") + ", " + count(all.size() - mistakes, "warning");
        if (mistakes > 0 || check.snapshot().isEmpty()) {
            out.println(file + ": " + counts);
            return ExitStatus.REFUSED_INPUT;
        }
        out.println(file + ": good, " + counts);
        SnapshotTable.lines(check.snapshot().get()).forEach(out::println);
        return ExitStatus.DONE;
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}

package dev.hashlb.agent.cli;

import dev.hashlb.agent.cli.trace.Answer;
import dev.hashlb.agent.cli.trace.AnswerJson;
import dev.hashlb.agent.cli.trace.AnswerText;
import dev.hashlb.agent.cli.trace.Tracer;
import dev.hashlb.agent.config.DeclarationFile;
import dev.hashlb.agent.config.FileCheck;
import dev.hashlb.agent.config.RefusedInputException;
import dev.hashlb.agent.config.StateFolder;
import dev.hashlb.agent.control.StoredSnapshot;
import dev.hashlb.core.snapshot.Snapshot;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hashlb trace}: which server takes a flow, and why. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = {
            "Says which server takes a flow, and why, by the same code that routers decide with.",
            "A flow of a router group is routed: it says by which router.",
            "With `-` it reads one flow a line from standard input and answers each with one line, in the same order."
        },
        footer = {
            "",
            "Examples:",
            "  hashlb trace -f web.yaml TCP 192.0.2.7:40000 198.51.100.10:80",
            "  hashlb trace -f web.yaml --at 3 --json UDP [2001:db8::7]:40000 [2001:db8:51::10]:53",
            "  hashlb trace --state /var/lib/hashlb - < flows.txt"
        })
public final class TraceVerb extends Verb {
    private static final int BUFFER_CHARS = 1 << 16;

    @ArgGroup(multiplicity = "1")
    private Source source = new Source();

    /** Where the snapshot comes from: one of the two. */
    static final class Source {
        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "The documents to answer from.")
        private @Nullable Path file;

        @Option(
                names = "--state",
                paramLabel = "DIR",
                description = "Answer from what `hashlb run` or `hashlb agent` last applied and keeps in DIR.")
        private @Nullable Path state;
    }

    @Option(
            names = "--at",
            paramLabel = "G",
            description = "Answer as of generation G of the balancer's server list; its newest by default.")
    private @Nullable Long generation;

    @Option(names = "--json", description = "Answer with one JSON object a line.")
    private boolean json;

    @Parameters(
            paramLabel = "PROTOCOL SOURCE:PORT DESTINATION:PORT | -",
            arity = "1..3",
            hideParamSyntax = true,
            description = "A flow (TCP or UDP, IPv6 addresses in brackets), or - for standard input.")
    private List<String> words = List.of();

    @Override
    protected ExitStatus perform() throws Exception {
        boolean many = words.equals(List.of("-"));
        if (!many && words.size() != 3) {
            throw wrongUsage("expected PROTOCOL SOURCE:PORT DESTINATION:PORT, or -");
        }
        if (generation != null && generation < 1) {
            throw wrongUsage("--at " + generation + ": generations count from 1");
        }
        OptionalLong at = generation == null ? OptionalLong.empty() : OptionalLong.of(generation);
        Tracer tracer = new Tracer(snapshot(), at);
        if (many) {
            answerLines(tracer);
            return ExitStatus.DONE;
        }
        Answer answer = tracer.answer(String.join(" ", words));
        if (json) {
            out().println(AnswerJson.line(answer));
        } else {
            AnswerText.explanation(answer).forEach(out()::println);
        }
        return ExitStatus.DONE;
    }

    private Snapshot snapshot() throws IOException, RefusedInputException {
        if (source.state != null) {
            return kept(source.state);
        }
        Path file = source.file == null ? Path.of("") : source.file;
        FileCheck check = DeclarationFile.check(file, Snapshot.EMPTY, List.of());
        return check.snapshot()
                .orElseThrow(() -> new RefusedInputException(FindingsTable.lines(file, check.mistakes(), Ansi.AUTO)));
    }

    /** Of the operator's and the file's snapshots, a folder holds the one that its data plane was fed by. */
    private static Snapshot kept(Path folder) throws IOException, RefusedInputException {
        Optional<Snapshot> kept = Files.exists(StoredSnapshot.file(folder))
                ? new StoredSnapshot(folder).snapshot()
                : new StateFolder(folder).load();
        return kept.orElseThrow(() -> new RefusedInputException("state folder " + folder
                + " holds no snapshot; is it the one that `hashlb run` or `hashlb agent` was given?"));
    }

    private void answerLines(Tracer tracer) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8), BUFFER_CHARS);
        Writer answers = new BufferedWriter(out(), BUFFER_CHARS);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Answer answer = tracer.answer(line);
            answers.write(json ? AnswerJson.line(answer) : AnswerText.line(answer));
            answers.write('\n');
            if (!in.ready()) {
                answers.flush(); // whoever asks line by line waits for the answer
            }
        }
        answers.flush();
        if (out().checkError()) {
            throw new IOException("cannot write to standard output");
        }
    }
}

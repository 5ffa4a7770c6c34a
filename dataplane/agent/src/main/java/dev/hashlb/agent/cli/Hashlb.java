package dev.hashlb.agent.cli;

import dev.hashlb.agent.config.RefusedInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/** The command {@code hashlb}: finds the verb and runs it. */
@Command(
        name = "hashlb",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "VERB",
        description = "A load balancer without a session table: every node computes which server takes a packet.",
        footer = {"", "Examples:", "  hashlb check -f web.yaml", "  hashlb help trace"},
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done; a flow that nobody takes is an answer",
            "1:the input was refused, and nothing changed",
            "2:wrong usage",
            "3:the system refused"
        },
        subcommands = CommandLine.HelpCommand.class)
public final class Hashlb {
    /** By name. New ones each time: picocli takes the values that it finds in their fields for defaults. */
    private static final Map<String, Supplier<Verb>> VERBS = verbs();
    /** Verbs that make a data plane. */
    private static final Set<String> RUNS = Set.of("run", "agent");

    private Hashlb() {}

    public static void main(String[] arguments) {
        if (arguments.length > 0 && RUNS.contains(arguments[0])) {
            HeadStart.begin();
        }
        Supplier<Verb> verb = arguments.length == 0 ? null : VERBS.get(arguments[0]);
        // Reading a verb's annotations takes milliseconds: the verb that is asked for is enough.
        CommandLine command = verb == null ? commandLine() : commandLine(List.of(verb.get()));
        System.exit(command.execute(arguments));
    }

    private static Map<String, Supplier<Verb>> verbs() {
        Map<String, Supplier<Verb>> verbs = new LinkedHashMap<>();
        verbs.put("trace", TraceVerb::new);
        verbs.put("check", CheckVerb::new);
        verbs.put("echo", EchoVerb::new);
        verbs.put("ask", AskVerb::new);
        verbs.put("run", RunVerb::new);
        verbs.put("agent", AgentVerb::new);
        return verbs;
    }

    /** The whole command, ready to execute; {@code execute} returns an exit status and throws nothing. */
    public static CommandLine commandLine() {
        List<Verb> all = new ArrayList<>();
        VERBS.values().forEach(verb -> all.add(verb.get()));
        ServiceLoader.load(Verb.class).forEach(all::add);
        return commandLine(all);
    }

    private static CommandLine commandLine(List<Verb> verbs) {
        CommandLine command = new CommandLine(new Hashlb());
        verbs.forEach(command::addSubcommand);
        command.setExitCodeExceptionMapper(Hashlb::status);
        command.setExecutionExceptionHandler(Hashlb::tell);
        command.setExecutionStrategy(new CommandLine.RunLast());
        command.getSubcommands().values().forEach(verb -> verb.setExecutionStrategy(new CommandLine.RunLast()));
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setUsageHelpAutoWidth(true);
        return command;
    }

    /** The status of a verb that was executed by {@link #commandLine()}. */
    private static int status(Throwable thrown) {
        return switch (thrown) {
            case RefusedInputException e -> ExitStatus.REFUSED_INPUT.code();
            case CommandLine.ParameterException e -> ExitStatus.WRONG_USAGE.code();
            default -> ExitStatus.SYSTEM_REFUSED.code();
        };
    }

    private static int tell(Exception thrown, CommandLine verb, ParseResult result) throws Exception {
        PrintWriter err = verb.getErr();
        switch (thrown) {
            case RefusedInputException e -> e.lines().forEach(err::println);
            case CommandLine.ParameterException e -> throw e;
            case IOException e -> err.println("hashlb: " + reason(e));
            default -> {
                err.println("hashlb: this is a fault of HashLB, please report it:");
                thrown.printStackTrace(err);
            }
        }
        return status(thrown);
    }

    private static String reason(IOException e) {
        String message = String.valueOf(e.getMessage());
        return e instanceof java.nio.file.FileSystemException ? e.getClass().getSimpleName() + ": " + message : message;
    }
}

package dev.hashlb.agent.cli;

import dev.hashlb.agent.config.RefusedInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.ServiceLoader;
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
    private Hashlb() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The whole command, ready to execute; {@code execute} returns an exit status and throws nothing. */
    public static CommandLine commandLine() {
        CommandLine command = new CommandLine(new Hashlb());
        // New ones each time: picocli takes the values that it finds in their fields for defaults.
        List.of(new TraceVerb(), new CheckVerb(), new EchoVerb(), new RunVerb()).forEach(command::addSubcommand);
        ServiceLoader.load(Verb.class).forEach(command::addSubcommand);
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

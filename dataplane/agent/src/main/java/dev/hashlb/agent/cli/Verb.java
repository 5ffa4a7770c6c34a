package dev.hashlb.agent.cli;

import dev.hashlb.agent.config.RefusedInputException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A verb of {@code hashlb}: a picocli command (annotated with {@code @Command(name = ...)}) whose {@link #perform} tells how
 * it ended. Other modules add verbs by a public class with a public constructor without parameters, named in
 * {@code META-INF/services/dev.hashlb.agent.cli.Verb}.
 *
 * <p>A verb throws {@link RefusedInputException} for input that it refuses, what {@link #wrongUsage} makes for options that
 * make no sense, and {@link java.io.IOException} for what the system refuses; all are told without a stack trace. Anything
 * else that it throws is a fault of ours and is told with one.
 */
public abstract class Verb implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    /** Does what the verb says. */
    protected abstract ExitStatus perform() throws Exception;

    /** For picocli, which knows exit statuses as numbers. */
    @Override
    public final Integer call() throws Exception {
        return perform().code();
    }

    /** Standard output; flushed at the end of each line. */
    protected final PrintWriter out() {
        return command().getOut();
    }

    /** Standard error; flushed at the end of each line. */
    protected final PrintWriter err() {
        return command().getErr();
    }

    /** To be thrown where options contradict each other; ends the verb with {@link ExitStatus#WRONG_USAGE}. */
    protected final ParameterException wrongUsage(String message) {
        return new ParameterException(command(), message);
    }

    private CommandLine command() {
        if (spec == null) {
            throw new IllegalStateException("a verb is run by Hashlb.commandLine() only");
        }
        return spec.commandLine();
    }
}

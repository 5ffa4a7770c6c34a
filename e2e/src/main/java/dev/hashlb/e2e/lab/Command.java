package dev.hashlb.e2e.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** Runs a program to its end. */
public final class Command {
    private static final Executor STREAMS = Executors.newVirtualThreadPerTaskExecutor();

    private Command() {}

    /** What a program said, and its exit status. */
    public record Result(int status, String output, String errors) {}

    /** Runs a program with this standard input and returns what it printed, whatever its status. */
    public static Result result(String standardInput, List<String> arguments) {
        try {
            Process process = new ProcessBuilder(arguments).start();
            // Each stream has a thread: a program that answers while it reads would else wait for us, and we for it.
            var errors = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()), STREAMS);
            var written = CompletableFuture.runAsync(() -> write(process.getOutputStream(), standardInput), STREAMS);
            String output = read(process.getInputStream());
            written.join();
            return new Result(process.waitFor(), output, errors.join());
        } catch (IOException e) {
            throw new LabException("cannot run " + arguments.getFirst() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while running " + String.join(" ", arguments), e);
        }
    }

    /** @throws LabException if the program ends with another status than 0 */
    public static String run(String standardInput, List<String> arguments) {
        Result result = result(standardInput, arguments);
        if (result.status() != 0) {
            throw new LabException("status " + result.status() + " of " + String.join(" ", arguments) + ": "
                    + result.errors().strip() + context(standardInput));
        }
        return result.output();
    }

    /** Runs a program inside a network namespace. */
    public static String runIn(String namespace, String... arguments) {
        return run("", inNamespace(namespace, List.of(arguments)));
    }

    /** The command line that runs a program inside a network namespace; the process id stays the program's own. */
    public static List<String> inNamespace(String namespace, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        command.addAll(arguments);
        return command;
    }

    private static void write(OutputStream stream, String text) {
        try (stream) {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // The program ended without reading its input: its status and its errors say why.
        }
    }

    private static String context(String standardInput) {
        return standardInput.isEmpty() ? "" : "\nits input was:\n" + standardInput;
    }

    private static String read(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new LabException("cannot read a program's output", e);
        }
    }
}

package dev.hashlb.e2e.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts {@code hashlb} as the launcher would: with its file of arguments to java, if the launcher or the build has started this JVM, else
 * with the class path of this JVM.
 */
public final class HashlbProcess {
    private static final String MAIN = "dev.hashlb.agent.cli.Hashlb";

    private HashlbProcess() {}

    /** The command line of a verb with its options. */
    public static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String launcherArguments = System.getProperty(
                switch (arguments.getFirst()) {
                    case "agent" -> "hashlb.agent";
                    case "demo" -> "hashlb.tools";
                    default -> "hashlb.plane";
                });
        if (launcherArguments != null) {
            command.add("@" + launcherArguments);
        } else {
            // As the launcher does: a small heap, and a collector without threads of its own.
            command.addAll(List.of("-XX:+UseSerialGC", "-Xmx64m", "-Xmn4m", "-XX:+UseCompactObjectHeaders"));
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        }
        command.add(MAIN);
        command.addAll(arguments);
        return command;
    }

    /** Starts a verb in a network namespace, its output and errors appended to a log. */
    public static Process start(String namespace, Path log, List<String> arguments) {
        try {
            // In a session of its own: Ctrl-C in a terminal is meant for who started the lab, and that one ends it in
            // order.
            List<String> command = new ArrayList<>(List.of("setsid"));
            command.addAll(command(arguments));
            return new ProcessBuilder(Command.inNamespace(namespace, command))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

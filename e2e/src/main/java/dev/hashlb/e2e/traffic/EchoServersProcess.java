package dev.hashlb.e2e.traffic;

import dev.hashlb.e2e.lab.LabException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** {@link EchoServers} as a process of its own, whose file descriptors come on top of those of this one. */
public final class EchoServersProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;

    private EchoServersProcess(Process process) {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.US_ASCII);
    }

    public static EchoServersProcess start() {
        try {
            return new EchoServersProcess(new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-Xmx256m",
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-cp",
                            System.getProperty("java.class.path"),
                            EchoServers.class.getName()))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has a server listen on every address of a network namespace. */
    public void listen(String name, String namespace, int port) {
        ask("listen " + name + " " + namespace + " " + port);
    }

    /** Has a server take no more connections, and keep those that it has. */
    public void refuse(String name) {
        ask("refuse " + name);
    }

    /** Closes all sockets of a server. */
    public void end(String name) {
        ask("end " + name);
    }

    private synchronized void ask(String command) {
        try {
            process.outputWriter(StandardCharsets.US_ASCII)
                    .append(command)
                    .append('\n')
                    .flush();
            String answer = answers.readLine();
            if (answer == null || answer.startsWith("error")) {
                throw new LabException("servers: " + command + ": " + (answer == null ? "the process ended" : answer));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("servers: " + command, e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}

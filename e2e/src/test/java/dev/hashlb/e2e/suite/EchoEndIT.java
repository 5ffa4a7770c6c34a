package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.HashlbProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How {@code hashlb echo} ends: as a server does that routers send new connections to until they have heard of its end. */
class EchoEndIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void toldToServeOnItTakesNewConnectionsAfterTheSignalAndThenEnds() throws Exception {
        int port = freePort();
        Process echo = echo(port, "--serve-on-seconds=5");

        echo.destroy();

        Thread.sleep(500);
        assertThat(accepts(port)).isTrue();
        assertThat(echo.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void elseItTakesNoneAfterTheSignal() throws Exception {
        int port = freePort();
        Process echo = echo(port, "--linger-seconds=5");
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            echo.destroy();

            await().atMost(PATIENCE).until(() -> !accepts(port));
            assertThat(echo.isAlive()).as("alive while a connection is open").isTrue();
        }
    }

    private Process echo(int port, String option) throws IOException {
        List<String> command = HashlbProcess.command(List.of("echo", "--bind=127.0.0.1", "--tcp-port=" + port, option));
        Path output = folder.resolve("output");
        Process echo = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        started.add(echo);
        await().atMost(PATIENCE).until(() -> Files.readString(output).contains("ready\n"));
        return echo;
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}

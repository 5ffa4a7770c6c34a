package dev.hashlb.e2e.bench.candidate;

import static dev.hashlb.e2e.bench.candidate.BenchPath.VIP;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.LabException;
import dev.hashlb.e2e.lab.Sockets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A proxy on the router, in the foreground, that listens on the VIP. */
final class ProxyProcess implements Candidate.Running {
    private static final Duration LISTENS_WITHIN = Duration.ofSeconds(10);

    private final BenchPath path;
    private final Process process;

    private ProxyProcess(BenchPath path, Process process) {
        this.path = path;
        this.process = process;
    }

    /** Starts a proxy and waits until it listens. */
    static ProxyProcess start(BenchPath path, List<String> command) {
        String router = path.router().namespace();
        BenchPath.ipIn(router, "addr add " + VIP + "/32 dev lo\n");
        Path log = path.lab().directory().resolve(Path.of(command.getFirst()).getFileName() + ".log");
        try {
            Process process = new ProcessBuilder(Command.inNamespace(router, command))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            ProxyProcess proxy = path.lab().closeWithLab(new ProxyProcess(path, process));
            proxy.awaitListening(router, log);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitListening(String router, Path log) throws IOException {
        long deadlineNs = System.nanoTime() + LISTENS_WITHIN.toNanos();
        while (true) {
            try (SocketChannel socket = Sockets.tcp(router, VIP)) {
                socket.connect(Sockets.at(VIP, BenchPath.CONNECT_PORT));
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadlineNs) {
                    throw new LabException(
                            "the proxy does not listen on " + VIP + "; its log:\n" + Files.readString(log), e);
                }
            }
            Pause.milliseconds(10);
        }
    }

    @Override
    public List<Long> routerProcesses() {
        return Stream.concat(Stream.of(process.toHandle()), process.toHandle().descendants())
                .map(ProcessHandle::pid)
                .toList();
    }

    @Override
    public void close() {
        if (!process.isAlive()) {
            return;
        }
        // Parents end first when asked, but not every child follows a parent that was killed.
        List<ProcessHandle> children = process.toHandle().descendants().toList();
        process.destroyForcibly().onExit().join();
        children.forEach(child -> {
            child.destroyForcibly();
            child.onExit().join();
        });
        BenchPath.ipIn(path.router().namespace(), "addr del " + VIP + "/32 dev lo\n");
    }
}

package dev.hashlb.e2e.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code hashlb run} or {@code hashlb agent} as a process in a node's network namespace. */
public final class DataPlaneProcess implements AutoCloseable {
    private static final int METRICS_PORT = 9471;
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(15);

    private final LabNode node;
    private final Process process;
    private final Path log;

    private DataPlaneProcess(LabNode node, Process process, Path log) {
        this.node = node;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts the data plane of a node; it ends with the lab at the latest.
     *
     * @param file the documents that it reads, and reads again when they change
     * @param options more options of {@code hashlb run}
     */
    public static DataPlaneProcess start(Lab lab, LabNode node, Path file, String... options) {
        List<String> arguments = new ArrayList<>(List.of("run", "-f", file.toString()));
        arguments.addAll(Arrays.asList(options));
        return start(lab, node, arguments);
    }

    /**
     * Starts {@code hashlb agent} instead.
     *
     * @param options more options, such as where the operator is
     */
    public static DataPlaneProcess startAgent(Lab lab, LabNode node, String... options) {
        List<String> arguments = new ArrayList<>(List.of("agent"));
        arguments.addAll(Arrays.asList(options));
        return start(lab, node, arguments);
    }

    private static DataPlaneProcess start(Lab lab, LabNode node, List<String> arguments) {
        arguments.addAll(List.of("--node", node.name()));
        arguments.addAll(List.of("--state", stateDirectory(lab, node).toString()));
        Path log = lab.directory().resolve(node.name() + ".log");
        return lab.closeWithLab(new DataPlaneProcess(node, HashlbProcess.start(node.namespace(), log, arguments), log));
    }

    /** Where a node's data plane keeps its state, whichever process it is. */
    public static Path stateDirectory(Lab lab, LabNode node) {
        return lab.directory().resolve("state-" + node.name());
    }

    public LabNode node() {
        return node;
    }

    public long pid() {
        return process.pid();
    }

    /** The file of {@link #log}. */
    public Path logFile() {
        return log;
    }

    /** Everything that data planes of this node have logged so far, those before this one included. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Whether it says that it forwards packets. */
    public boolean isReady() {
        return get("/readyz").filter(response -> response.status() == 200).isPresent();
    }

    /**
     * Waits until it forwards packets.
     *
     * @throws LabException with its log if it ends or is not ready within 60 s
     */
    public DataPlaneProcess awaitReady() {
        long deadlineNs = System.nanoTime() + READY_WITHIN.toNanos();
        while (!isReady()) {
            if (!process.isAlive() || System.nanoTime() > deadlineNs) {
                String state = process.isAlive() ? "is not ready" : "ended with status " + process.exitValue();
                throw new LabException("the data plane of " + node.name() + " " + state + "; its log:\n" + log());
            }
            pause();
        }
        return this;
    }

    /** The metrics as Prometheus text. */
    public Metrics metrics() {
        return get("/metrics")
                .map(response -> Metrics.parse(response.body()))
                .orElseThrow(() -> new LabException("the data plane of " + node.name() + " does not answer /metrics"));
    }

    private java.util.Optional<HttpGet.Response> get(String path) {
        return HttpGet.from(node.namespace(), "127.0.0.1", METRICS_PORT, path);
    }

    /** Ends it as a person would, with SIGTERM, and returns its exit status. */
    public int stop() {
        process.destroy();
        try {
            if (!process.waitFor(STOPPED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new LabException("the data plane of " + node.name() + " does not stop; its log:\n" + log());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while a data plane stops", e);
        }
    }

    /** Waits until it has ended by itself, and returns its exit status. */
    public int awaitExit() {
        try {
            if (!process.waitFor(READY_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new LabException("the data plane of " + node.name() + " does not end; its log:\n" + log());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while a data plane ends", e);
        }
    }

    /** Ends it with SIGKILL: it can clean nothing up. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    @Override
    public String toString() {
        return "data plane of " + node.name() + " (pid " + pid() + ")";
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while a data plane starts", e);
        }
    }
}

package dev.hashlb.agent.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** A network namespace of a test, made and removed by ip(8); its name begins with lx-. */
public final class TestNamespace implements AutoCloseable {
    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final String name = "lx-" + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet();

    public TestNamespace() throws IOException {
        make();
    }

    void make() throws IOException {
        ip("netns add " + name);
        ip("-n " + name + " link set lo up");
    }

    String name() {
        return name;
    }

    Path path() {
        return Path.of("/run/netns", name);
    }

    public NetworkNamespace namespace() {
        return NetworkNamespace.ofPath(path());
    }

    /** Runs ip(8) in the namespace. */
    public void inside(String arguments) throws IOException {
        ip("-n " + name + " " + arguments);
    }

    /** Runs ip(8). */
    static void ip(String arguments) throws IOException {
        Process process = new ProcessBuilder(("ip " + arguments).split(" "))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("ip " + arguments + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while ip " + arguments, e);
        }
    }

    @Override
    public void close() throws IOException {
        ip("netns delete " + name);
    }
}

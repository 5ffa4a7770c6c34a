package dev.hashlb.agent.handover;

import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.UnixSocket;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data plane's end of a {@link Holder}: starts one if none runs, and tells it of each device. One that dies is started again, and told
 * all anew. For any thread.
 */
public final class DeviceHolder implements DeviceKeeper, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceHolder.class);
    private static final String FILE = "holder";
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(10);
    private static final Duration ENDED_WITHIN = Duration.ofSeconds(5);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final Duration REST = Duration.ofSeconds(5);
    /** What a small JVM needs; measured in docs/restart.md. */
    private static final List<String> SMALL = List.of(
            "-Xmx8m",
            "-Xms2m",
            "-Xss256k",
            "-Xint",
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:-UsePerfData",
            "-XX:ReservedCodeCacheSize=4m");

    private final Path file;
    private final Duration patience;
    private final Map<String, Integer> held = new LinkedHashMap<>();
    private final Thread watching =
            Thread.ofPlatform().daemon().name("hashlb-holder").unstarted(this::watch);
    private Channel channel;
    private volatile boolean closed;

    private DeviceHolder(Path file, Duration patience, Channel channel) {
        this.file = file;
        this.patience = patience;
        this.channel = channel;
    }

    /**
     * Reaches the holder of a state folder, or starts one.
     *
     * @param patience how long it is to keep devices while no data plane runs
     */
    public static DeviceHolder open(Path stateFolder, Duration patience) throws IOException {
        Path file = Files.createDirectories(stateFolder).resolve(FILE).toAbsolutePath();
        DeviceHolder holder = new DeviceHolder(file, patience, reach(file, patience));
        holder.watching.start();
        return holder;
    }

    /** What it holds of a data plane that was killed; all of it is dropped at {@link #settled} that was not held again. */
    public OpenDevices take() throws IOException {
        // A connection of its own: the other one is for messages in one direction.
        Channel own = find(file);
        if (own == null) {
            return new OpenDevices();
        }
        try (own) {
            own.requireSameUser();
            own.timeout(STARTED_WITHIN);
            own.send(Channel.TAKE, Channel.VERSION);
            OpenDevices devices = new OpenDevices();
            if (!own.receiveDevices(devices)) {
                LOG.warn("the process that held the devices has ended; what it did not give is made anew");
            }
            return devices;
        }
    }

    @Override
    public synchronized void hold(String name, int fd) {
        held.put(name, fd);
        tell(() -> channel.sendDevice(name, fd));
    }

    @Override
    public synchronized void forget(String name) {
        held.remove(name);
        tell(() -> channel.send(Channel.FORGET, name));
    }

    @Override
    public synchronized void settled() {
        tell(() -> channel.send(Channel.SETTLED, ""));
    }

    /** Ends the holder, and waits until the devices are gone with it. */
    @Override
    public void finish() {
        synchronized (this) {
            closed = true;
            tell(() -> channel.send(Channel.FINISH, ""));
        }
        watching.interrupt(); // it may be waiting for its time to start another holder
        try {
            if (!watching.join(ENDED_WITHIN)) {
                LOG.warn("the process that holds the devices does not end; see {}.log", file);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Leaves the devices to the holder, for the next data plane. */
    @Override
    public synchronized void close() {
        closed = true;
        channel.shutdown(); // the watching thread has it open still
    }

    private interface Telling {
        void run() throws IOException;
    }

    /** Failing is no reason to stop forwarding; {@link #watch} sees the holder's end as well. */
    private static void tell(Telling telling) {
        try {
            telling.run();
        } catch (IOException e) {
            LOG.debug("the holder does not listen", e);
        }
    }

    /** Sees the holder's end, and starts another one. */
    private void watch() {
        Channel current = channel;
        try {
            while (!closed) {
                awaitEnd(current);
                if (!closed) {
                    LOG.warn("the process that holds the devices has ended; another one is started");
                    current = again();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitEnd(Channel current) {
        try {
            current.receive(); // it says nothing, so this is its end
        } catch (IOException e) {
            LOG.debug("the holder's connection has failed", e);
        }
        synchronized (this) {
            current.close();
        }
    }

    private Channel again() throws InterruptedException {
        while (true) {
            Thread.sleep(REST);
            try {
                Channel next = reach(file, patience);
                synchronized (this) {
                    channel = next;
                    held.forEach((name, fd) -> tell(() -> next.sendDevice(name, fd)));
                }
                return next;
            } catch (IOException e) {
                LOG.warn("nobody holds the devices: {}", e.getMessage());
            }
        }
    }

    private static Channel reach(Path file, Duration patience) throws IOException {
        Channel running = find(file);
        if (running != null) {
            return running;
        }
        start(file, patience);
        long end = System.nanoTime() + STARTED_WITHIN.toNanos();
        while (true) {
            Channel started = find(file);
            if (started != null) {
                return started;
            }
            if (System.nanoTime() > end) {
                throw new IOException("the process that is to hold the devices does not start; see " + file + ".log");
            }
            pause();
        }
    }

    private static @Nullable Channel find(Path file) throws IOException {
        try {
            return new Channel(UnixSocket.connect(file));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ECONNREFUSED) {
                return null;
            }
            throw e;
        }
    }

    private static void start(Path file, Duration patience) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(SMALL);
        command.addAll(
                List.of("--enable-native-access=ALL-UNNAMED", "-cp", ownCode().toString()));
        command.addAll(List.of(Holder.class.getName(), file.toString(), Long.toString(patience.toSeconds())));
        Path log = file.resolveSibling(FILE + ".log");
        Process started = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(log.toFile())
                .start();
        LOG.info("process {} holds the devices, should this one be killed", started.pid());
    }

    /** Our own classes are all that the holder needs; with all libraries in sight its small heap would not do. */
    private static Path ownCode() throws IOException {
        try {
            return Path.of(Holder.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IOException("where HashLB's classes are cannot be told", e);
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(LOOK_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the process that is to hold the devices starts", e);
        }
    }
}

package dev.hashlb.agent.handover;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A process that keeps copies of a data plane's open devices and does nothing else, so that the devices outlive a data plane
 * that is killed. It ends when the data plane says so, or when none has come back for a while: then the devices end, and the host falls back
 * to its blackhole routes.
 *
 * <p>What it is told is in {@link Channel}. It is small because it uses no library, not even to log.
 */
public final class Holder {
    /** More than a data plane has: a queue and a socket for each thread, and one for each server's namespace. */
    private static final int MOST_DEVICES = 16_384;

    private static final int MOST_CONNECTIONS = 4;

    private final UnixSocket listening;
    private final long patienceNanos;
    private final Map<String, Integer> devices = new LinkedHashMap<>();
    private final Set<String> stale = new HashSet<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int connections;
    private volatile boolean finished;

    private Holder(UnixSocket listening, long patienceNanos) {
        this.listening = listening;
        this.patienceNanos = patienceNanos;
    }

    /** @param arguments the socket's path, and for how many seconds to wait for a data plane */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Libc.setsid(new CallState()); // not in the terminal's group: Ctrl-C is meant for the data plane
        Path file = Path.of(arguments[0]);
        long patienceNanos = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[1]));
        Path beside = file.resolveSibling(file.getFileName() + "~");
        Files.deleteIfExists(beside);
        try (UnixSocket listening = UnixSocket.listen(beside)) {
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            new Holder(listening, patienceNanos).run();
            Files.deleteIfExists(file);
        }
        System.exit(0); // with it, all descriptors are closed
    }

    private void run() throws InterruptedException {
        Thread.ofPlatform().daemon().name("accept").start(this::accept);
        lock.lock();
        try {
            long left = patienceNanos;
            while (!finished && left > 0) {
                if (connections > 0) {
                    changed.await();
                    left = patienceNanos;
                } else {
                    left = changed.awaitNanos(left);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void accept() {
        while (true) {
            try {
                UnixSocket accepted = listening.accept();
                if (count(1) > MOST_CONNECTIONS) {
                    count(-1);
                    accepted.close();
                } else {
                    Thread.ofPlatform().daemon().name("data plane").start(() -> serve(accepted));
                }
            } catch (IOException e) {
                System.err.println("holder: " + e.getMessage());
                return;
            }
        }
    }

    private int count(int more) {
        lock.lock();
        try {
            connections += more;
            changed.signalAll();
            return connections;
        } finally {
            lock.unlock();
        }
    }

    private void serve(UnixSocket accepted) {
        try (Channel channel = new Channel(accepted)) {
            channel.requireSameUser();
            Channel.Message message = channel.receive();
            while (message != null && !finished) {
                obey(channel, message);
                message = channel.receive();
            }
        } catch (IOException e) {
            System.err.println("holder: a connection is ended: " + e.getMessage());
        } finally {
            count(-1);
        }
    }

    private void obey(Channel channel, Channel.Message message) throws IOException {
        lock.lock();
        try {
            switch (message.word()) {
                case Channel.TAKE -> take(channel, message.argument());
                case Channel.DEVICE -> hold(message.argument(), message.fd());
                case Channel.FORGET -> drop(message.argument());
                case Channel.SETTLED -> Set.copyOf(stale).forEach(this::drop);
                case Channel.FINISH -> {
                    Set.copyOf(devices.keySet()).forEach(this::drop);
                    finished = true;
                    changed.signalAll();
                }
                default -> throw new IOException("unknown message '" + message.word() + "'");
            }
        } finally {
            lock.unlock();
        }
    }

    private void take(Channel channel, String version) throws IOException {
        if (!version.equals(Channel.VERSION)) {
            channel.send(Channel.REFUSED, "version " + version + " is not known to this holder");
            return;
        }
        channel.sendDevices(devices);
        stale.addAll(devices.keySet());
    }

    private void hold(String name, int fd) throws IOException {
        drop(name);
        if (devices.size() >= MOST_DEVICES) {
            Libc.close(new CallState(), fd);
            throw new IOException("more than " + MOST_DEVICES + " devices");
        }
        devices.put(name, fd);
    }

    private void drop(String name) {
        stale.remove(name);
        Integer fd = devices.remove(name);
        if (fd != null) {
            Libc.close(new CallState(), fd);
        }
    }
}

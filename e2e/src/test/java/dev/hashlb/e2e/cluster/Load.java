package dev.hashlb.e2e.cluster;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * So many connections a second, whether the ones before were answered or not, until it is closed; remembers each that failed. One that
 * is not answered within {@link Ask#PATIENCE} has failed.
 */
final class Load implements AutoCloseable {
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final ConcurrentHashMap.KeySetView<Thread, Boolean> open = ConcurrentHashMap.newKeySet();
    private final Thread pace;
    private volatile boolean going = true;

    Load(String vip, int port, int connectionsPerSecond) {
        long periodNs = TimeUnit.SECONDS.toNanos(1) / connectionsPerSecond;
        pace = Thread.ofPlatform().name("load").start(() -> {
            for (long nextNs = System.nanoTime(); going; nextNs += periodNs) {
                LockSupport.parkNanos(nextNs - System.nanoTime());
                Thread connection = Thread.ofVirtual().unstarted(() -> ask(vip, port));
                open.add(connection);
                connection.start();
            }
        });
    }

    private void ask(String vip, int port) {
        try {
            Ask.tcp(0, vip, port);
            answered.incrementAndGet();
        } catch (IOException e) {
            failures.add(Instant.now() + " " + e);
        } finally {
            open.remove(Thread.currentThread());
        }
    }

    int answered() {
        return answered.get();
    }

    /** Ends it and tells what failed. */
    List<String> failures() {
        close();
        return failures;
    }

    /** Waits for those that are open. */
    @Override
    public void close() {
        going = false;
        try {
            pace.join();
            for (Thread connection : open) {
                connection.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

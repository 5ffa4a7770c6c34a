package dev.hashlb.e2e.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Connections without an end, a few at a time, until it is closed; remembers each that failed. */
final class Load implements AutoCloseable {
    private static final int WORKERS = 4;

    private final List<Thread> workers = new ArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger answered = new AtomicInteger();
    private volatile boolean going = true;

    Load(String vip, int port) {
        for (int i = 0; i < WORKERS; i++) {
            workers.add(Thread.ofVirtual().start(() -> run(vip, port)));
        }
    }

    private void run(String vip, int port) {
        while (going) {
            try {
                Ask.tcp(0, vip, port);
                answered.incrementAndGet();
                Thread.sleep(5);
            } catch (IOException e) {
                failures.add(e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
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

    @Override
    public void close() {
        going = false;
        for (Thread worker : workers) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}

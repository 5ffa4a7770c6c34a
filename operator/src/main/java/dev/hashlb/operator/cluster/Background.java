package dev.hashlb.operator.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to the API server that nothing waits for: of several for one thing the latest wins, and one that fails is tried again
 * until it succeeds or a later one takes its place. Bounded by the number of things.
 */
final class Background implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Background.class);
    /** While a change goes out to all nodes, its writes would take the API server's time from those that are waited for. */
    private static final long GATHER_MILLIS = 200;

    private static final long RETRY_MILLIS = 1000;

    private final Map<String, Runnable> pending = new LinkedHashMap<>();
    private final Thread thread;
    private volatile boolean closed;

    Background() {
        this.thread = Thread.ofPlatform().name("hashlb-writes").daemon().start(this::run);
    }

    /** Does this later, instead of what was to be done for the same thing and has not been yet. */
    synchronized void latest(String thing, Runnable write) {
        pending.put(thing, write);
        notifyAll();
    }

    /** Drops what has not been done: another replica does it. */
    synchronized void forget() {
        pending.clear();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private void run() {
        try {
            while (!closed) {
                awaitSome();
                Thread.sleep(GATHER_MILLIS);
                Map<String, Runnable> batch = take();
                boolean failed = false;
                for (Map.Entry<String, Runnable> write : batch.entrySet()) {
                    failed |= !attempt(write.getKey(), write.getValue());
                }
                if (failed) {
                    Thread.sleep(RETRY_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void awaitSome() throws InterruptedException {
        while (pending.isEmpty()) {
            wait();
        }
    }

    private synchronized Map<String, Runnable> take() {
        Map<String, Runnable> batch = new LinkedHashMap<>(pending);
        pending.clear();
        return batch;
    }

    private boolean attempt(String thing, Runnable write) {
        try {
            write.run();
            return true;
        } catch (RuntimeException e) {
            if (e instanceof KubernetesClientException k && k.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                log.debug("{}: it is gone", thing);
                return true;
            }
            log.warn("{} could not be written and is tried again: {}", thing, e.getMessage());
            synchronized (this) {
                pending.putIfAbsent(thing, write);
            }
            return false;
        }
    }
}

package dev.hashlb.agent.host;

import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When to look at network namespaces: every second, and shortly after a file that names one came or went. One thread does all looks,
 * in the network namespace of the thread that starts this. A look that fails is logged, and the next one comes all the same.
 */
final class NamespaceLooks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceLooks.class);
    private static final long PERIOD_MS = 1000;
    /** A runtime makes the file first, then binds it to the namespace, and gives that its address a moment later. */
    private static final long[] AFTER_CHANGE_MS = {0, 30, 120, 400};

    private final ScheduledThreadPoolExecutor thread;
    private final NamespaceWatch watch;

    /** One look. */
    interface Look {
        void run() throws IOException;
    }

    private NamespaceLooks(ScheduledThreadPoolExecutor thread, NamespaceWatch watch) {
        this.thread = thread;
        this.watch = watch;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // guarded: what it throws is logged
    static NamespaceLooks start(String threadName, Look regular, Look afterChange) throws IOException {
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name(threadName).daemon().factory());
        // A thread is in the namespace of the one that starts it: so start it here, not with the first task.
        thread.prestartAllCoreThreads();
        NamespaceWatch watch = NamespaceWatch.start(() -> {
            for (long delayMs : AFTER_CHANGE_MS) {
                schedule(thread, afterChange, delayMs);
            }
        });
        thread.scheduleWithFixedDelay(guarded(regular), PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
        return new NamespaceLooks(thread, watch);
    }

    /** Notices from now on when files come or go in the folders of these. */
    void watch(Collection<String> files) {
        watch.watch(files);
    }

    /** Looks at once; for any thread. */
    void now(Look look) {
        schedule(thread, look, 0);
    }

    /** Does something on the thread of the looks. */
    <T> Future<T> submit(Callable<T> task) {
        return thread.submit(task);
    }

    /** Notices nothing any more; looks go on. */
    void stopWatching() throws IOException {
        watch.close();
    }

    @Override
    public void close() throws IOException {
        stopWatching();
        thread.shutdownNow();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // guarded: what it throws is logged
    private static void schedule(ScheduledThreadPoolExecutor thread, Look look, long delayMs) {
        try {
            thread.schedule(guarded(look), delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.trace("closing", e);
        }
    }

    private static Runnable guarded(Look look) {
        return () -> {
            try {
                look.run();
            } catch (IOException | RuntimeException e) {
                LOG.error("looking at the network namespaces failed; it is done again", e);
            }
        };
    }
}

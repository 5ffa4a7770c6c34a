package dev.hashlb.agent.cli;

import java.util.concurrent.CountDownLatch;

/**
 * SIGTERM or SIGINT as something to wait for. The process ends only when this has been closed, so that everything put on the
 * host can be taken back first.
 */
final class StopSignal implements AutoCloseable {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    StopSignal() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::asked, "hashlb-stop"));
    }

    private void asked() {
        asked.countDown();
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** As if the process had been asked to end. */
    void ask() {
        asked.countDown();
    }

    void await() throws InterruptedException {
        asked.await();
    }

    @Override
    public void close() {
        closed.countDown();
    }
}

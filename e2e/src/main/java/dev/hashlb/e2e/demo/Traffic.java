package dev.hashlb.e2e.demo;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Sends HTTP requests, each flow a connection of its own, several at a time. */
final class Traffic {
    private static final int AT_A_TIME = 8;
    private static final int DEADLINE_SECONDS = 40;
    private static final int FRAME_MS = 80;

    private final String clientNamespace;
    private final Screen screen;

    Traffic(String clientNamespace, Screen screen) {
        this.clientNamespace = clientNamespace;
        this.screen = screen;
    }

    /** Sends a request over each flow, fills the tally and shows it meanwhile. */
    void send(List<Flow> flows, Map<Flow, String> foretold, Tally tally) throws InterruptedException {
        Queue<Flow> waiting = new ConcurrentLinkedQueue<>(flows);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < AT_A_TIME; i++) {
                clients.execute(() -> sendAll(waiting, foretold, tally));
            }
            clients.shutdown();
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
            while (!clients.awaitTermination(FRAME_MS, TimeUnit.MILLISECONDS)) {
                screen.live(tally);
                if (System.nanoTime() > deadlineNs) {
                    waiting.forEach(flow -> tally.failed(flow, "not sent within " + DEADLINE_SECONDS + " s"));
                    waiting.clear();
                }
            }
        }
        screen.done(tally);
    }

    private void sendAll(Queue<Flow> waiting, Map<Flow, String> foretold, Tally tally) {
        for (Flow flow = waiting.poll(); flow != null; flow = waiting.poll()) {
            try (HttpConnection connection = HttpConnection.open(clientNamespace, flow)) {
                tally.answered(flow, foretold.getOrDefault(flow, "nobody"), connection.get());
            } catch (IOException e) {
                tally.failed(flow, String.valueOf(e.getMessage()));
            }
        }
    }
}

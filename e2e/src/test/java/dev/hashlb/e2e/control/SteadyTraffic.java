package dev.hashlb.e2e.control;

import dev.hashlb.e2e.lab.Topology;
import dev.hashlb.e2e.suite.Client;
import dev.hashlb.e2e.suite.Client.Ends;
import dev.hashlb.e2e.suite.RandomEnds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Requests over connections of their own, to both VIPs by turns, without a pause longer than a few milliseconds, until it is closed. */
final class SteadyTraffic implements AutoCloseable {
    private static final int WORKERS = 4;
    private static final long PAUSE_MS = 8;

    /**
     * A request that was answered.
     *
     * @param beganNanos when it was begun, as System.nanoTime
     * @param pod who answered
     */
    record Answered(long beganNanos, long endedNanos, String pod) {}

    private final Client client;
    private final RandomEnds random;
    private final Queue<Answered> answers = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> workers = new ArrayList<>();
    private volatile boolean going = true;

    SteadyTraffic(ControlledLab lab, long seed) {
        client = lab.client();
        random = new RandomEnds(lab.topology(), seed);
        for (int i = 0; i < WORKERS; i++) {
            workers.add(Thread.ofPlatform().name("traffic-" + i).start(this::run));
        }
    }

    private void run() {
        try {
            for (int i = 0; going; i++) {
                Ends ends = next(i % 2 == 0 ? Topology.vipIpv4(0) : Topology.vipIpv6(0));
                long began = System.nanoTime();
                try {
                    String pod = client.askTcp(ends).pod();
                    answers.add(new Answered(began, System.nanoTime(), pod));
                } catch (IOException e) {
                    failures.add(ends + ": " + e + " after " + (System.nanoTime() - began) / 1_000_000 + " ms");
                }
                Thread.sleep(PAUSE_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Ends next(String vip) {
        synchronized (random) {
            return random.next(vip, WebSnapshots.PORT);
        }
    }

    List<Answered> answers() {
        return List.copyOf(answers);
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Ends it; what was begun is waited for. */
    @Override
    public void close() throws InterruptedException {
        going = false;
        for (Thread worker : workers) {
            worker.join();
        }
    }
}

package dev.hashlb.e2e.bench.continuity;

import dev.hashlb.e2e.bench.candidate.Pause;
import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.traffic.LastingConnection;
import dev.hashlb.e2e.traffic.LastingConnections;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Puts one balancer through the events. No server ends before its connections do, so each that breaks was broken on the way. */
final class Trial {
    private static final int[] SERVER_COUNTS = {6, 2, 10, 3};
    private static final int BETWEEN_CHANGES_MS = 2_000;
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(60);

    private final ContinuityLab lab;
    private final Balancing balancing;
    private final int connections;
    private final PrintStream progress;
    private final List<Broken> broken = new ArrayList<>();

    Trial(ContinuityLab lab, Balancing balancing, int connections, PrintStream progress) {
        this.lab = lab;
        this.balancing = balancing;
        this.connections = connections;
        this.progress = progress;
    }

    /** What an event has broken. */
    record Broken(String event, int connections) {}

    /**
     * What came of it.
     *
     * @param stateBytes for each connection
     * @param what is counted as state
     */
    record Outcome(String balancer, List<Broken> broken, double stateBytes, String what) {}

    Outcome run() {
        progress.println(balancing.name());
        lab.routeTo("r1", "r2");
        try (Balancing.Running running = balancing.start(lab, first(3))) {
            Balancing.State state;
            try (LastingConnections open = open()) {
                state = running.state();
                for (int count : SERVER_COUNTS) {
                    running.serve(first(count));
                    Pause.milliseconds(BETWEEN_CHANGES_MS);
                }
                count("servers 3 → 6 → 2 → 10 → 3, removed ones drain", open);
            }
            try (LastingConnections open = open()) {
                lab.routeTo("r1", "r2", "r3");
                count("a third router takes its share", open);
            }
            loseRouter(running);
            return new Outcome(balancing.name(), broken, (double) state.bytes() / connections, state.what());
        }
    }

    /** What ran there is killed, and what its kernel does ends with its link. */
    private void loseRouter(Balancing.Running running) {
        LabNode lost = lab.routers().getFirst();
        try (LastingConnections open = open()) {
            running.kill(lost);
            Command.runIn(lost.namespace(), "ip", "link", "set", "eth0", "down");
            lab.routeTo("r2", "r3");
            count("one of three routers dies", open);
        }
    }

    private LastingConnections open() {
        LastingConnections open = new LastingConnections(lab.clientNamespace());
        open.open(ContinuityLab.service(), connections);
        return open;
    }

    /** A connection that is not told and hears nothing any more is broken too. */
    private void count(String event, LastingConnections open) {
        Set<LastingConnection> lost = new HashSet<>(open.silent(ANSWERS_WITHIN));
        int silent = lost.size();
        lost.addAll(open.broken());
        broken.add(new Broken(event, lost.size()));
        progress.printf("  %-50s %,d of %,d broken, %,d without being told%n", event, lost.size(), connections, silent);
    }

    private List<Pod> first(int servers) {
        return lab.pods().subList(0, servers);
    }
}

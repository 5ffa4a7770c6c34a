package dev.hashlb.agent.control;

import dev.hashlb.protocol.v1alpha1.Ack;
import dev.hashlb.protocol.v1alpha1.Counters;
import dev.hashlb.protocol.v1alpha1.Report;
import dev.hashlb.protocol.v1alpha1.ServerProblem;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator between two answers what is different from what it was told last: problems and silent peers at once, but at most once
 * a second, counters now and then. For the control thread.
 */
final class Reporting {
    private static final Logger LOG = LoggerFactory.getLogger(Reporting.class);
    /** How often {@link #regularly} is to be called, and the least time between two reports. */
    static final Duration EVERY = Duration.ofSeconds(1);

    private static final int COUNTERS_EVERY_CALLS = 15;

    private final Supplier<List<ServerProblem>> problems;
    private final Observations observations;
    private List<ServerProblem> toldProblems = List.of();
    private List<String> toldLostPeers = List.of();
    private Counters toldCounters = Counters.getDefaultInstance();
    private int calls;
    private long lastNanos = System.nanoTime() - EVERY.toNanos();

    /** Where a report goes. */
    interface Recipient {
        void report(Report report);
    }

    /** @param problems which servers of this node cannot be served now */
    Reporting(Supplier<List<ServerProblem>> problems, Observations observations) {
        this.problems = problems;
        this.observations = observations;
    }

    /** The operator knows nothing about peers that was told on the stream before, and may wait for it. */
    void streamBegan() {
        toldLostPeers = List.of();
        lastNanos = System.nanoTime() - EVERY.toNanos();
    }

    /** An answer tells problems as well. */
    void told(Ack ack) {
        toldProblems = ack.getProblemsList();
    }

    /** Reports what there is to report. */
    void regularly(Recipient recipient) {
        boolean countersAreDue = ++calls % COUNTERS_EVERY_CALLS == 0;
        report(recipient, countersAreDue);
    }

    /** Problems or peers may have changed: reports them now, if the last report was not just before; else the next regular one does. */
    void soon(Recipient recipient) {
        if (System.nanoTime() - lastNanos >= EVERY.toNanos()) {
            report(recipient, false);
        }
    }

    private void report(Recipient recipient, boolean countersAreDue) {
        try {
            List<ServerProblem> problemsNow = problems.get();
            List<String> lostPeersNow = observations.lostPeers();
            boolean same = problemsNow.equals(toldProblems) && lostPeersNow.equals(toldLostPeers);
            if (same && !countersAreDue) {
                return;
            }
            Counters countersNow = observations.counters();
            if (same && countersNow.equals(toldCounters)) {
                return;
            }
            recipient.report(Report.newBuilder()
                    .addAllProblems(problemsNow)
                    .setCounters(countersNow)
                    .addAllLostPeers(lostPeersNow)
                    .build());
            lastNanos = System.nanoTime();
            toldProblems = problemsNow;
            toldLostPeers = lostPeersNow;
            toldCounters = countersNow;
        } catch (RuntimeException e) {
            LOG.error("reporting failed; it is done again", e);
        }
    }
}

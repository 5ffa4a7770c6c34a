package dev.hashlb.e2e.control;

import dev.hashlb.protocol.v1alpha1.Answer;
import dev.hashlb.protocol.v1alpha1.FromOperator;
import dev.hashlb.protocol.v1alpha1.Hello;
import dev.hashlb.protocol.v1alpha1.Report;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One stream of one node, as {@link ScriptedOperator} sees it. */
final class ScriptedStream {
    /** How long a data plane may take for anything. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String node;
    private final Hello hello;
    private final StreamObserver<FromOperator> out;
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();
    private boolean sentNothing = true;
    private volatile boolean ended;

    ScriptedStream(String node, Hello hello, StreamObserver<FromOperator> out) {
        this.node = node;
        this.hello = hello;
        this.out = out;
    }

    String node() {
        return node;
    }

    Hello hello() {
        return hello;
    }

    boolean hasEnded() {
        return ended;
    }

    synchronized boolean wasSentNothing() {
        return sentNothing;
    }

    synchronized void send(SnapshotChange change) {
        sentNothing = false;
        out.onNext(FromOperator.newBuilder().setChange(change).build());
    }

    /** The next answer that has not been taken yet. */
    Answer answer() throws InterruptedException {
        return next(answers, "answer");
    }

    Report report() throws InterruptedException {
        return next(reports, "report");
    }

    private <T> T next(BlockingQueue<T> queue, String what) throws InterruptedException {
        T taken = queue.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (taken == null) {
            throw new AssertionError("no " + what + " from node " + node + " within " + PATIENCE
                    + (ended ? "; its stream has ended" : ""));
        }
        return taken;
    }

    void answered(Answer answer) {
        answers.add(answer);
    }

    void reported(Report report) {
        reports.add(report);
    }

    void ended() {
        ended = true;
    }
}

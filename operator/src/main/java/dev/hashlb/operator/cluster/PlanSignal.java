package dev.hashlb.operator.cluster;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Says that something has changed, and what kind of thing. Safe for any thread; a change while a plan is made is not lost. */
public final class PlanSignal {
    /** What there was, the later the more. */
    enum Kind {
        NOTHING,
        /** A node has told something; what waits for it should go on at once. */
        ANSWER,
        /** The cluster is another; such changes come in bursts, as a Service's slices of both families do. */
        CHANGE
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition raised = lock.newCondition();
    private Kind raisedKind = Kind.NOTHING;

    /** Something that a plan depends on is not what it was. Never blocks. */
    public void changed() {
        raise(Kind.CHANGE);
    }

    /** A node has told something that a plan depends on. Never blocks. */
    public void answered() {
        raise(Kind.ANSWER);
    }

    /** Takes what there is without waiting: a plan that is made after it knows of it. */
    void take() {
        lock.lock();
        try {
            raisedKind = Kind.NOTHING;
        } finally {
            lock.unlock();
        }
    }

    private void raise(Kind kind) {
        lock.lock();
        try {
            raisedKind = kind.compareTo(raisedKind) > 0 ? kind : raisedKind;
            raised.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for something, but no longer than this, and takes it; what there was. */
    Kind await(long millis) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(millis);
            while (raisedKind == Kind.NOTHING && left > 0) {
                left = raised.awaitNanos(left);
            }
            Kind taken = raisedKind;
            raisedKind = Kind.NOTHING;
            return taken;
        } finally {
            lock.unlock();
        }
    }
}

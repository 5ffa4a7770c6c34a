package dev.hashlb.operator.cluster;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Says that something has changed. Safe for any thread; a change while a plan is made is not lost. */
public final class PlanSignal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition raised = lock.newCondition();
    private boolean changed;

    /** Something that a plan depends on is not what it was. Never blocks. */
    public void changed() {
        lock.lock();
        try {
            changed = true;
            raised.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a change, but no longer than this, and takes it; whether there was one. */
    boolean await(long millis) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(millis);
            while (!changed && left > 0) {
                left = raised.awaitNanos(left);
            }
            boolean taken = changed;
            changed = false;
            return taken;
        } finally {
            lock.unlock();
        }
    }
}

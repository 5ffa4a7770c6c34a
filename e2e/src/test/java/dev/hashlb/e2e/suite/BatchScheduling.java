package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.lab.Command;
import java.util.List;

/**
 * While it is open, this process and those that it starts are under SCHED_BATCH (sched(7)): a thread that becomes ready lets the one
 * that runs go on for its slice of some milliseconds.
 *
 * <p>For a lab that fills the processors. Client, servers and each node's data plane, which on a network have processors of their own,
 * take turns here, and by the default policy a packet's arrival would preempt who is about to send the next: each program then
 * wakes for one or two packets, where on its own machine it would find many when it is that busy.
 */
final class BatchScheduling implements AutoCloseable {
    private BatchScheduling() {}

    static BatchScheduling open() {
        setPolicy("--batch");
        return new BatchScheduling();
    }

    private static void setPolicy(String policy) {
        String self = Long.toString(ProcessHandle.current().pid());
        Command.run("", List.of("chrt", "--all-tasks", policy, "--pid", "0", self));
    }

    @Override
    public void close() {
        setPolicy("--other");
    }
}

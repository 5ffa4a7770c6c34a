package dev.hashlb.agent.cli;

import dev.hashlb.agent.handover.Incumbent;
import dev.hashlb.agent.metrics.MetricsServer;
import java.io.IOException;
import java.util.Map;

/**
 * What a process has to hand over: its data plane's devices, and the address of its metrics.
 *
 * @param dataPlane what forwards
 * @param metrics closed when the process leaves, so that the successor can bind its address
 * @param afterwards what is to follow when the process has left
 */
record LeavingProcess(Incumbent dataPlane, MetricsServer metrics, Runnable afterwards) implements Incumbent {
    @Override
    public Map<String, Integer> lend() throws IOException {
        return dataPlane.lend();
    }

    @Override
    public void resume() throws IOException {
        dataPlane.resume();
    }

    @Override
    public void leave() throws IOException {
        try (metrics) {
            dataPlane.leave();
        } finally {
            afterwards.run();
        }
    }
}

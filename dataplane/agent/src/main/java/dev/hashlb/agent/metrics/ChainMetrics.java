package dev.hashlb.agent.metrics;

import dev.hashlb.agent.engine.ChainCounter;
import dev.hashlb.agent.engine.EngineCounters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;

/** The metrics of the owner chains: all 0 as long as no bucket has more than one owner. */
final class ChainMetrics {
    private ChainMetrics() {}

    static void register(MeterRegistry registry, EngineCounters counters) {
        for (ChainCounter counter : ChainCounter.values()) {
            FunctionCounter.builder("hashlb.chain." + counter.label(), counters, c -> c.chain(counter))
                    .description(counter.description())
                    .register(registry);
        }
        for (int hops = 0; hops <= EngineCounters.MOST_HOPS_TOLD_APART; hops++) {
            int at = hops;
            FunctionCounter.builder("hashlb.chain.claimed", counters, c -> c.claimed(at))
                    .description(
                            "Packets that a socket of this node's servers claimed, by how many servers did not before")
                    .tag("hops", Integer.toString(hops))
                    .register(registry);
            if (hops > 0) {
                FunctionCounter.builder("hashlb.chain.passed.on", counters, c -> c.passedOn(at))
                        .description(
                                "Packets that another host passed on to this one, by how often they were passed on")
                        .tag("hops", Integer.toString(hops))
                        .register(registry);
            }
        }
    }
}

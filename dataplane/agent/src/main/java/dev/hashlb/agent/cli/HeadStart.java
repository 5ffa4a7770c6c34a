package dev.hashlb.agent.cli;

import dev.hashlb.agent.config.DeclarationText;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.metrics.DataPlaneMetrics;
import dev.hashlb.core.snapshot.Snapshot;
import java.util.List;

/**
 * Loads on a second thread what a data plane is about to need, while the first reads the command line: method handles of the C
 * library, the YAML reader and the metrics' registry take as long as that. Nothing waits for it, and nothing depends on it: whoever comes first
 * to a class loads it.
 */
final class HeadStart {
    private HeadStart() {}

    static void begin() {
        Thread.ofPlatform().daemon().name("head-start").start(HeadStart::load);
    }

    private static void load() {
        Libc.loadAhead();
        DataPlaneMetrics.loadAhead();
        DeclarationText.check("{}", Snapshot.EMPTY, List.of());
    }
}

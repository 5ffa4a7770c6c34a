package dev.hashlb.operator;

import dev.hashlb.operator.cluster.NodeBook;
import dev.hashlb.operator.cluster.PlanSignal;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** What the SDK's reconciler and the process share. */
final class Beans {
    @Produces
    @Singleton
    PlanSignal signal() {
        return new PlanSignal();
    }

    @Produces
    @Singleton
    NodeBook nodes(PlanSignal signal) {
        return new NodeBook(signal, InstantSource.system());
    }
}

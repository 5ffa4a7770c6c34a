package dev.hashlb.operator;

import dev.hashlb.operator.cluster.NodeBook;
import dev.hashlb.operator.cluster.PlanSignal;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;

/** What the SDK's reconciler and the process share. */
final class Beans {
    @Produces
    @Singleton
    PlanSignal signal() {
        return new PlanSignal();
    }

    /** With what the JVM tells of itself. */
    @Produces
    @Singleton
    PrometheusMeterRegistry meters() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        List.of(new JvmMemoryMetrics(), new JvmThreadMetrics(), new ProcessorMetrics(), new UptimeMetrics())
                .forEach(binder -> binder.bindTo(registry));
        return registry;
    }

    @Produces
    @Singleton
    NodeBook nodes(PlanSignal signal) {
        return new NodeBook(signal, InstantSource.system());
    }
}

package dev.hashlb.agent.control;

import dev.hashlb.protocol.v1alpha1.Nack;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/** What the outside can see of the stream from the operator. Safe for use by several threads. */
final class ControlMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<Nack.Code, Counter> nacks = new EnumMap<>(Nack.Code.class);
    private final Counter changes;
    private final Counter streams;
    private final Counter dialFailures;
    private final Counter storeFailures;
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean connected;
    private volatile long appliedVersion;
    private volatile double certificateEndsSeconds;

    ControlMetrics(IntSupplier podsPending, IntSupplier podsAmbiguous) {
        Gauge.builder("hashlb.control.connected", this, m -> m.connected ? 1 : 0)
                .description("1 while the stream from the operator is up, else 0")
                .register(registry);
        Gauge.builder("hashlb.control.applied.version", this, m -> m.appliedVersion)
                .description("The version of the operator's snapshot that is applied; 0 before the first")
                .register(registry);
        Gauge.builder("hashlb.control.certificate.not.after.seconds", this, m -> m.certificateEndsSeconds)
                .description("When this node's certificate ends, in seconds since 1970; 0 before the first")
                .register(registry);
        Gauge.builder("hashlb.pods.pending", podsPending, IntSupplier::getAsInt)
                .strongReference(true) // a lambda that nobody else holds
                .description("Servers of this node that cannot be served now")
                .register(registry);
        Gauge.builder("hashlb.pods.ambiguous", podsAmbiguous, IntSupplier::getAsInt)
                .strongReference(true)
                .description(
                        "Servers of this node whose address is up in several network namespaces; none gets packets")
                .register(registry);
        changes = counter("hashlb.control.changes", "Changes from the operator, applied or refused");
        streams = counter("hashlb.control.streams", "Streams from the operator that delivered something");
        dialFailures = counter("hashlb.control.dial.failures", "Dials and streams that failed");
        storeFailures = counter("hashlb.control.store.failures", "Snapshots that could not be kept on disk");
        for (Nack.Code code : Nack.Code.values()) {
            if (code != Nack.Code.UNRECOGNIZED && code != Nack.Code.CODE_UNSPECIFIED) {
                nacks.put(
                        code,
                        Counter.builder("hashlb.control.nacks")
                                .description("Changes that were refused, by the code that the operator was told")
                                .tag("code", code.name().toLowerCase(Locale.ROOT))
                                .register(registry));
            }
        }
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    void connected(boolean now) {
        connected = now;
    }

    boolean connected() {
        return connected;
    }

    void streamBegan() {
        streams.increment();
    }

    void dialFailed() {
        dialFailures.increment();
    }

    void changeCame() {
        changes.increment();
    }

    void applied(long version) {
        appliedVersion = version;
    }

    void certificateEnds(long epochSeconds) {
        certificateEndsSeconds = epochSeconds;
    }

    void storeFailed() {
        storeFailures.increment();
    }

    void refused(Nack.Code code) {
        refused.incrementAndGet();
        Counter counter = nacks.get(code);
        if (counter != null) {
            counter.increment();
        }
    }

    /** How many changes were refused. */
    long refusedChanges() {
        return refused.get();
    }

    /** The Prometheus text format, version 0.0.4. */
    String scrape() {
        return registry.scrape();
    }
}

package dev.hashlb.operator.push;

import dev.hashlb.operator.push.NodeAnswer.RefusalCode;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What the push counts; all names are here. Safe for any thread. */
final class PushMetrics {
    private static final String PREFIX = "hashlb_operator_";

    private final MeterRegistry registry;
    private final AtomicInteger streams;
    private final AtomicInteger connections;
    private final AtomicLong snapshotBytes;
    private final AtomicLong bytesInFlight;
    private final Counter bytes;
    private final Counter whole;
    private final Counter partial;
    private final Counter acks;
    private final Counter certificates;
    private final Counter internalErrors;
    private final Counter unbelievedVersions;
    private final Timer answerTime;

    PushMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.streams = registry.gauge(PREFIX + "streams", new AtomicInteger());
        this.connections = registry.gauge(PREFIX + "connections", new AtomicInteger());
        this.snapshotBytes = registry.gauge(PREFIX + "snapshot_bytes", new AtomicLong());
        this.bytesInFlight = registry.gauge(PREFIX + "unanswered_bytes", new AtomicLong());
        this.bytes = counter("change_bytes", "Bytes of changes sent.");
        this.whole = counter("changes", "Changes sent.", "kind", "whole");
        this.partial = counter("changes", "Changes sent.", "kind", "partial");
        this.acks = counter("answers", "Answers of data planes.", "result", "ack");
        this.certificates = counter("certificates_issued", "Certificates signed for data planes.");
        this.internalErrors = counter("internal_errors", "Failures of the operator's own; the log has each.");
        this.unbelievedVersions =
                counter("unbelieved_versions", "Hellos with a version that no operator can have given.");
        this.answerTime = Timer.builder(PREFIX + "answer_seconds")
                .description("From a change sent to its answer.")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
    }

    private Counter counter(String name, String description, String... tags) {
        return Counter.builder(PREFIX + name)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    void streams(int count) {
        streams.set(count);
    }

    void connections(int count) {
        connections.set(count);
    }

    void snapshotBytes(long count) {
        snapshotBytes.set(count);
    }

    void bytesInFlight(long count) {
        bytesInFlight.set(count);
    }

    void sent(OutgoingChange change) {
        (change.whole() ? whole : partial).increment();
        bytes.increment(change.sizeBytes());
    }

    void acknowledged() {
        acks.increment();
    }

    void nacked(RefusalCode code) {
        counter("answers", "Answers of data planes.", "result", code.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    void answered(long nanos) {
        answerTime.record(Duration.ofNanos(nanos));
    }

    void issued() {
        certificates.increment();
    }

    void internalError() {
        internalErrors.increment();
    }

    void unbelievedVersion() {
        unbelievedVersions.increment();
    }

    void refused(RefusalReason reason) {
        counter("refused_calls", "Calls refused before they were served.", "reason", reason.label())
                .increment();
    }

    /** A call has ended, by whichever side and layer. */
    void ended(Status.Code code) {
        counter("ended_calls", "Calls that have ended.", "code", code.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    /** A connection that never became one: over the limit, or no handshake. */
    void refusedConnection(String reason) {
        counter("refused_connections", "Connections closed before a handshake was done.", "reason", reason)
                .increment();
    }
}

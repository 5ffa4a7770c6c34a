package dev.hashlb.agent.metrics;

import dev.hashlb.agent.announce.AnnounceCounters;
import dev.hashlb.agent.liveness.LiveView;
import dev.hashlb.agent.liveness.LivenessCounters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * The metrics of a node among others: who lives, and what it announces. A counter holds its object by a weak reference, so the object is
 * the registry, which lives as long as it does.
 */
final class PresenceMetrics {
    private PresenceMetrics() {}

    static void register(
            MeterRegistry registry, Supplier<LiveView> view, Supplier<Optional<LivenessCounters>> liveness) {
        gauge(
                registry,
                "hashlb.peers.alive",
                "Nodes but this one whose probes are heard",
                () -> view.get().livePeers().size());
        gauge(
                registry,
                "hashlb.peers.missed",
                "Nodes of the snapshot of which nothing is heard, though they did not say that they stop",
                () -> view.get().missedPeers().size());
        gauge(
                registry,
                "hashlb.routers.alive",
                "Routers that live as this node sees it, itself included",
                () -> view.get().routers().size());
        gauge(
                registry,
                "hashlb.routers.agreed",
                "1 if all routers that live show this node's list of them, or it has stood for 300 ms; else 0",
                () -> view.get().agreed() ? 1 : 0);
        refused(registry, liveness, "bad_header", LivenessCounters::badHeaders);
        refused(registry, liveness, "bad_tag", LivenessCounters::badTags);
        refused(registry, liveness, "overflow", LivenessCounters::overflowed);
        FunctionCounter.builder("hashlb.probes.unsent", registry, r -> count(liveness, LivenessCounters::unsent))
                .description("Probes that the kernel refused to send")
                .register(registry);
    }

    private static void refused(
            MeterRegistry registry,
            Supplier<Optional<LivenessCounters>> liveness,
            String reason,
            ToLongFunction<LivenessCounters> count) {
        FunctionCounter.builder("hashlb.probes.refused", registry, r -> count(liveness, count))
                .description("Probes of peers that were not listened to, by reason")
                .tag("reason", reason)
                .register(registry);
    }

    private static long count(Supplier<Optional<LivenessCounters>> liveness, ToLongFunction<LivenessCounters> count) {
        return liveness.get().map(count::applyAsLong).orElse(0L);
    }

    static void register(MeterRegistry registry, AnnounceCounters counters) {
        gauge(
                registry,
                "hashlb.announced.vips",
                "VIPs, and gateways of router groups, that this node answers for on its LANs",
                () -> counters.answered().size());
        gauge(
                registry,
                "hashlb.announce.conflicts",
                "Of these, those that this node ought to announce, but another host has them",
                () -> counters.conflicts().size());
        counter(registry, counters, "claims", "Claims of other hosts to VIPs", AnnounceCounters::conflictsSeen);
        counter(registry, counters, "answers", "Questions about VIPs answered", AnnounceCounters::answers);
        counter(
                registry,
                counters,
                "suppressed",
                "Questions about VIPs not answered, since too many came in a second",
                AnnounceCounters::suppressed);
        counter(registry, counters, "unsent", "Frames that the device did not take", AnnounceCounters::unsent);
    }

    private static void counter(
            MeterRegistry registry,
            AnnounceCounters counters,
            String name,
            String description,
            ToLongFunction<AnnounceCounters> count) {
        FunctionCounter.builder("hashlb.announce." + name, registry, r -> count.applyAsLong(counters))
                .description(description)
                .register(registry);
    }

    private static void gauge(MeterRegistry registry, String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }
}

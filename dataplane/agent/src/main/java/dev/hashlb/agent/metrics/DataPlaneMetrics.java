package dev.hashlb.agent.metrics;

import dev.hashlb.agent.announce.AnnounceCounters;
import dev.hashlb.agent.engine.EngineCounters;
import dev.hashlb.agent.liveness.LiveView;
import dev.hashlb.agent.liveness.LivenessCounters;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.forward.BalancerTable;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Outcome;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.NamespacedName;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Every metric of a data plane, all with the prefix {@code hashlb_}; none has a label that names a flow or a client. Rows are not
 * replaced while they are read: the registry would give half of the old ones and half of the new.
 */
public final class DataPlaneMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final EngineCounters counters;
    private final Supplier<Map<String, Boolean>> readiness;
    private final Set<NamespacedName> counted = new HashSet<>();
    private final Set<NamespacedName> countedGroups = new HashSet<>();
    private final MultiGauge slots;
    private final MultiGauge servers;
    private final MultiGauge generations;
    private final MultiGauge namespaces;
    private volatile long snapshotVersion;
    private final AtomicLong refusedReloads = new AtomicLong();

    /** Loads the classes that the first object of this class needs, which take a noticeable time. */
    public static void loadAhead() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(registry);
        registry.close();
    }

    /** @param readiness for each network namespace of this node's servers, by its path, whether it is ready */
    public DataPlaneMetrics(
            EngineCounters counters,
            Supplier<Map<String, Boolean>> readiness,
            String engineName,
            String softwareVersion) {
        this.counters = counters;
        this.readiness = readiness;
        new JvmMemoryMetrics().bindTo(registry);
        for (DropReason reason : DropReason.values()) {
            FunctionCounter.builder("hashlb.dropped.packets", counters, c -> c.dropped(reason))
                    .description("Packets that went no further, by reason; see docs/metrics.md")
                    .tag("reason", reason.label())
                    .register(registry);
        }
        for (Outcome outcome : List.of(
                Outcome.ANSWERED_ECHO, Outcome.ANSWERED_RESET, Outcome.ANSWERED_UNREACHABLE, Outcome.RETURNED)) {
            FunctionCounter.builder("hashlb.unowned.packets", counters, c -> c.unownedPackets(outcome))
                    .description("Packets for a VIP that belong to no single balancer, by outcome")
                    .tag("outcome", outcome.label())
                    .register(registry);
        }
        ChainMetrics.register(registry, counters);
        Gauge.builder("hashlb.engine.info", () -> 1)
                .description("Always 1; the engine and the version as labels")
                .tags("engine", engineName, "version", softwareVersion)
                .register(registry);
        Gauge.builder("hashlb.snapshot.version", this, m -> m.snapshotVersion)
                .description("The version of the snapshot that is forwarded by")
                .register(registry);
        FunctionCounter.builder("hashlb.snapshot.refused", this, m -> m.refusedReloads.get())
                .description("Snapshots or files that were refused; the old state stayed")
                .register(registry);
        slots = multiGauge("hashlb.server.slots", "Slots that a server owns, of the balancer's table of one family");
        servers = multiGauge("hashlb.balancer.servers", "N: the servers of one family that take new flows");
        generations = multiGauge("hashlb.balancer.generation", "The generation of the balancer's server list");
        namespaces = multiGauge(
                "hashlb.namespace.ready", "1 if a server's network namespace is there and its device set up, else 0");
    }

    private MultiGauge multiGauge(String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    /** Shows which peers live and what is announced. */
    public void show(
            Supplier<LiveView> view,
            Supplier<Optional<LivenessCounters>> liveness,
            Optional<AnnounceCounters> announcing) {
        PresenceMetrics.register(registry, view, liveness);
        announcing.ifPresent(counters -> PresenceMetrics.register(registry, counters));
    }

    /** Shows a snapshot that is now forwarded by. */
    public synchronized void applied(ForwardingTable table) {
        snapshotVersion = table.snapshot().version();
        List<Row<?>> slotRows = new ArrayList<>();
        List<Row<?>> serverRows = new ArrayList<>();
        List<Row<?>> generationRows = new ArrayList<>();
        table.snapshot().routerGroups().forEach(group -> countRouted(group.name()));
        for (BalancerTable balancerTable : table.balancers()) {
            Balancer balancer = balancerTable.balancer();
            countOutcomes(balancer.name());
            generationRows.add(Row.of(Tags.of("balancer", balancer.name().toString()), balancer.generation()));
            for (Family family : Family.values()) {
                if (balancer.addresses().stream().noneMatch(a -> a.family() == family)) {
                    continue;
                }
                Tags tags = Tags.of(
                        "balancer",
                        balancer.name().toString(),
                        "family",
                        family.name().toLowerCase(Locale.ROOT));
                serverRows.add(Row.of(tags, balancerTable.table(family).n()));
                int[] owned = balancerTable.table(family).slotsPerServer();
                for (int i = 0; i < owned.length; i++) {
                    slotRows.add(
                            Row.of(tags.and("server", balancer.servers().get(i).name()), owned[i]));
                }
            }
        }
        slots.register(slotRows, true);
        servers.register(serverRows, true);
        generations.register(generationRows, true);
    }

    /** Counts a file or snapshot that was refused. Called from the control thread. */
    public void refused() {
        refusedReloads.incrementAndGet();
    }

    /** The Prometheus text format, version 0.0.4. */
    public synchronized String scrape() {
        List<Row<?>> rows = new ArrayList<>();
        readiness.get().forEach((name, ready) -> rows.add(Row.of(Tags.of("namespace", name), ready ? 1 : 0)));
        namespaces.register(rows, true);
        return registry.scrape();
    }

    private void countRouted(NamespacedName group) {
        if (!countedGroups.add(group)) {
            return;
        }
        Tags tags = Tags.of("group", group.toString());
        FunctionCounter.builder("hashlb.routed.packets", counters, c -> c.routedPackets(group))
                .description("Packets of a router group that this node handled, as the one that the calculation names")
                .tags(tags)
                .register(registry);
        FunctionCounter.builder("hashlb.routed.bytes", counters, c -> c.routedBytes(group))
                .description("Bytes of those packets, IP headers included")
                .tags(tags)
                .register(registry);
    }

    private void countOutcomes(NamespacedName balancer) {
        if (!counted.add(balancer)) {
            return;
        }
        for (Outcome outcome : EnumSet.complementOf(EnumSet.of(Outcome.ROUTED))) {
            Tags tags = Tags.of("balancer", balancer.toString(), "outcome", outcome.label());
            FunctionCounter.builder("hashlb.packets", counters, c -> c.packets(balancer, outcome))
                    .description("Packets that a balancer took, by what became of them")
                    .tags(tags)
                    .register(registry);
            FunctionCounter.builder("hashlb.bytes", counters, c -> c.bytes(balancer, outcome))
                    .description("Bytes of those packets, IP headers included, without the tunnel's")
                    .tags(tags)
                    .register(registry);
        }
    }
}

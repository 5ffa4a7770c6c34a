package dev.hashlb.e2e.control;

import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * How long after a pod has become ready in the API all three nodes forward to it: the operator's process, a real API server, agents with
 * real devices. Both rounds of make before break are counted (Prepared, and owner), unless the pod was known before as not ready: that is
 * measured apart. What the API server takes to tell a watch of the benchmark's own is taken off. One argument: the file of the JSON report.
 */
public final class ProgrammingBenchmark {
    private static final int CHANGES = Integer.getInteger("changes", 200);
    private static final int WARM_UP = Integer.getInteger("warmUp", 30);
    private static final Duration BETWEEN = Duration.ofMillis(500);
    private static final long GIVE_UP_AFTER_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final RealControl control;
    private final StoredLists lists;
    private final Watched watched = new Watched();
    private long beganNanos;

    private ProgrammingBenchmark(RealControl control) {
        this.control = control;
        this.lists = new StoredLists(control.lab());
    }

    public static void main(String[] args) throws Exception {
        try (RealControl control =
                RealControl.open(t -> t.router("r1", 2).node("n1", 3).node("n2", 3))) {
            String report = new ProgrammingBenchmark(control).run();
            Files.writeString(Path.of(args[0]), report);
            System.out.println(report);
        }
    }

    private String run() throws Exception {
        WebEndpoints endpoints = control.endpoints();
        List<Pod> pods = control.lab().pods();
        Pod constant = pods.getFirst();
        endpoints.create(constant).ready(constant).write();
        control.operators("a");
        control.agents();
        control.awaitConverged();
        Map<String, Path> logs = control.lab().topology().nodes().stream()
                .map(LabNode::name)
                .collect(Collectors.toMap(
                        name -> name, name -> control.lab().agent(name).logFile()));
        try (AppliedVersions applied = new AppliedVersions(logs);
                Watch watch = control.apiServer()
                        .admin()
                        .discovery()
                        .v1()
                        .endpointSlices()
                        .inNamespace(ClusterObjects.NAMESPACE)
                        .watch(watched)) {
            Figures prepared = new Figures();
            Figures unknown = new Figures();
            Figures known = new Figures();
            Figures gone = new Figures();
            for (int change = -WARM_UP; change < CHANGES; change++) {
                Pod pod = pods.get(1 + Math.floorMod(change, pods.size() - 1));
                boolean countIt = change >= 0;
                endpoints.create(pod);
                String uid = endpoints.uid(pod);
                if (change % 2 == 0) {
                    begin(() -> endpoints.ready(pod).write());
                    await(applied, snapshot -> names(snapshot, uid), countIt ? prepared : new Figures());
                    await(applied, snapshot -> takesFlows(snapshot, uid), countIt ? unknown : new Figures());
                } else {
                    endpoints.write();
                    Thread.sleep(BETWEEN);
                    begin(() -> endpoints.ready(pod).write());
                    await(applied, snapshot -> takesFlows(snapshot, uid), countIt ? known : new Figures());
                }
                Thread.sleep(BETWEEN);
                begin(() -> endpoints.terminating(pod).write());
                await(applied, snapshot -> !takesFlows(snapshot, uid), countIt ? gone : new Figures());
                endpoints.remove(pod).write();
                Thread.sleep(BETWEEN);
            }
            return """
                    {"benchmark": "programming", "nodes": %d, "changes": %d,
                     "readyToPreparedMs": %s,
                     "readyToProgrammedMs": %s,
                     "readyToProgrammedWherePreparedBeforeMs": %s,
                     "terminatingToProgrammedMs": %s}
                    """.formatted(
                            control.lab().topology().nodes().size(),
                            CHANGES,
                            prepared.json(),
                            unknown.json(),
                            known.json(),
                            gone.json());
        }
    }

    private void begin(Runnable write) {
        watched.forget();
        beganNanos = System.nanoTime();
        write.run();
    }

    /** From the moment at which the write was begun, until the last node has such a snapshot in force. */
    private void await(AppliedVersions applied, Predicate<Snapshot> condition, Figures figures)
            throws InterruptedException {
        List<LabNode> nodes = control.lab().topology().nodes();
        do {
            TimeUnit.MICROSECONDS.sleep(500);
            if (System.nanoTime() - beganNanos > GIVE_UP_AFTER_NANOS) {
                throw new IllegalStateException("not on all nodes after 30 s");
            }
            applied.look();
        } while (!nodes.stream().allMatch(node -> condition.test(lists.of(node.name()))));
        applied.look(); // what was kept has been told before
        long nanos = nodes.stream()
                .mapToLong(node ->
                        applied.sinceNanos(node.name(), lists.of(node.name()).version()))
                .max()
                .orElseThrow();
        figures.add(nanos - beganNanos, watched.at() - beganNanos);
    }

    private static boolean names(Snapshot snapshot, String uid) {
        return snapshot.balancers().stream()
                .flatMap(balancer -> balancer.servers().stream())
                .anyMatch(server -> server.identity().equals(uid));
    }

    private static boolean takesFlows(Snapshot snapshot, String uid) {
        return RealControl.takingFlows(snapshot).contains(uid);
    }

    /** When the API server told the first of a change's two slices. */
    private static final class Watched implements Watcher<EndpointSlice> {
        private final Set<Long> times = ConcurrentHashMap.newKeySet();

        void forget() {
            times.clear();
        }

        long at() {
            return times.stream().mapToLong(Long::longValue).min().orElseThrow();
        }

        @Override
        public void eventReceived(Action action, EndpointSlice slice) {
            times.add(System.nanoTime());
        }

        @Override
        public void onClose(WatcherException cause) {
            System.err.println("the watch ended: " + cause);
        }
    }

    private static final class Figures {
        private final List<Long> whole = new ArrayList<>();
        private final List<Long> beyondTheWatch = new ArrayList<>();

        void add(long nanos, long untilWatchedNanos) {
            whole.add(nanos);
            beyondTheWatch.add(nanos - untilWatchedNanos);
        }

        String json() {
            return "{\"n\": %d, \"sinceWrite\": %s, \"beyondWatch\": %s}"
                    .formatted(whole.size(), percentiles(whole), percentiles(beyondTheWatch));
        }

        private static String percentiles(List<Long> nanos) {
            return "{\"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"max\": %.1f}"
                    .formatted(
                            percentile(nanos, 0.5),
                            percentile(nanos, 0.9),
                            percentile(nanos, 0.99),
                            percentile(nanos, 1));
        }

        private static double percentile(List<Long> nanos, double fraction) {
            long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
            return sorted[(int) Math.max(0, Math.ceil(fraction * sorted.length) - 1)] / 1e6;
        }
    }
}

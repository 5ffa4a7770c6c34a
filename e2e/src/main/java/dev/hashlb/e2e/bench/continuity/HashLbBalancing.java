package dev.hashlb.e2e.bench.continuity;

import dev.hashlb.e2e.bench.candidate.Pause;
import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.Declaration;
import dev.hashlb.e2e.lab.LabException;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.lab.ProcessFootprint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** HashLB on routers and nodes, which number the list's changes for themselves. */
record HashLbBalancing(String table) implements Balancing {
    private static final Duration APPLIED_WITHIN = Duration.ofSeconds(30);

    @Override
    public String name() {
        return "HashLB, `" + table + "`";
    }

    @Override
    public Running start(ContinuityLab lab, List<Pod> servers) {
        return new Planes(lab, table, servers);
    }

    private static final class Planes implements Running {
        private final ContinuityLab lab;
        private final String table;
        private final Path file;
        private final Map<String, DataPlaneProcess> planes = new LinkedHashMap<>();
        private final Map<String, Long> heapKiB = new LinkedHashMap<>();
        /** Those that drain included. */
        private final Map<Pod, Boolean> serving = new LinkedHashMap<>();

        Planes(ContinuityLab lab, String table, List<Pod> servers) {
            this.lab = lab;
            this.table = table;
            this.file = lab.lab().directory().resolve("continuity-" + table + ".yaml");
            write(servers);
            for (LabNode node : lab.lab().topology().nodes()) {
                planes.put(node.name(), DataPlaneProcess.start(lab.lab(), node, file));
            }
            planes.values().forEach(DataPlaneProcess::awaitReady);
            planes.forEach((node, plane) -> heapKiB.put(node, liveHeapKiB(plane)));
        }

        private static long liveHeapKiB(DataPlaneProcess plane) {
            return ProcessFootprint.of(plane.pid()).liveHeapKiB();
        }

        private void write(List<Pod> servers) {
            serving.replaceAll((pod, was) -> false);
            servers.forEach(pod -> serving.put(pod, true));
            Declaration.of(lab.lab())
                    .balancer("continuity", balancer -> {
                        balancer.address(ContinuityLab.VIP)
                                .port("TCP", ContinuityLab.PORT, ContinuityLab.PORT)
                                .hash("FiveTuple", table);
                        serving.forEach((pod, serves) -> balancer.server(pod, serves ? "" : "draining: true"));
                    })
                    .write(file);
        }

        @Override
        public void serve(List<Pod> servers) {
            Map<String, Double> before = new LinkedHashMap<>();
            planes.forEach((node, plane) -> before.put(node, version(plane)));
            write(servers);
            long endNs = System.nanoTime() + APPLIED_WITHIN.toNanos();
            for (Map.Entry<String, DataPlaneProcess> plane : planes.entrySet()) {
                while (version(plane.getValue()) <= before.getOrDefault(plane.getKey(), 0.0)) {
                    if (System.nanoTime() > endNs) {
                        throw new LabException(plane.getValue() + " does not apply the new file; its log:\n"
                                + plane.getValue().log());
                    }
                    Pause.milliseconds(20);
                }
            }
        }

        private static double version(DataPlaneProcess plane) {
            return plane.metrics().sum("hashlb_snapshot_version");
        }

        @Override
        public void kill(LabNode router) {
            DataPlaneProcess plane = planes.remove(router.name());
            if (plane != null) {
                plane.kill();
            }
        }

        @Override
        public State state() {
            long grownKiB = planes.entrySet().stream()
                    .mapToLong(plane -> liveHeapKiB(plane.getValue()) - heapKiB.getOrDefault(plane.getKey(), 0L))
                    .sum();
            return new State(grownKiB * 1024, "live heap of all data planes");
        }

        @Override
        public void close() {
            planes.values().forEach(DataPlaneProcess::stop);
        }
    }
}

package dev.hashlb.e2e.bench;

import dev.hashlb.e2e.bench.candidate.BenchPath;
import dev.hashlb.e2e.bench.candidate.HashLb;
import dev.hashlb.e2e.bench.load.Iperf;
import java.io.PrintStream;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What owner chains cost: a balancer of each kind in the same two data planes, by turns. So nothing differs but the list of servers, and a turn is
 * seconds from the next, as processes that are started anew each time are not.
 */
final class ChainCost {
    private static final int WARM_UP_SECONDS = 5;
    private static final List<Integer> FLOWS = List.of(1, 8, 64);

    private final BenchPath path;
    private final HashLb.Running running;
    private final int seconds;
    private final Results results;

    private ChainCost(BenchPath path, HashLb.Running running, int seconds, Results results) {
        this.path = path;
        this.running = running;
        this.seconds = seconds;
        this.results = results;
    }

    /** @param seconds how long each turn lasts */
    static void measure(BenchPath path, int rounds, int seconds, Results results, PrintStream progress) {
        Map<HashLb.Servers, Iperf> ends = new EnumMap<>(HashLb.Servers.class);
        try (HashLb.Running running = HashLb.startAllKinds(path)) {
            for (HashLb.Servers servers : HashLb.Servers.values()) {
                ends.put(servers, Iperf.serve(path.pod().namespace(), servers.bulkPort()));
            }
            ChainCost cost = new ChainCost(path, running, seconds, results);
            cost.warmUp();
            for (int round = 1; round <= rounds; round++) {
                progress.printf("round %d of %d%n", round, rounds);
                cost.round(round % 2 == 0);
            }
        } finally {
            ends.values().forEach(Iperf::close);
        }
    }

    private void warmUp() {
        for (HashLb.Servers servers : HashLb.Servers.values()) {
            Iperf.send(path.clientNamespace(), BenchPath.VIP, servers.bulkPort(), 8, WARM_UP_SECONDS);
        }
    }

    private void round(boolean reversed) {
        List<HashLb.Servers> kinds = List.of(HashLb.Servers.values());
        for (int flows : FLOWS) {
            for (HashLb.Servers servers : reversed ? kinds.reversed() : kinds) {
                turn(servers, flows);
            }
        }
    }

    private void turn(HashLb.Servers servers, int flows) {
        long beforeNs = ProcessorTime.processesNs(running.processes());
        double bitsPerSecond = Iperf.send(path.clientNamespace(), BenchPath.VIP, servers.bulkPort(), flows, seconds);
        double packets = Iperf.segments(bitsPerSecond, seconds);
        results.add(Measure.tcp(flows), servers.title(), bitsPerSecond / 1e9);
        results.add(
                Measure.cpuOfDataPlanes(flows),
                servers.title(),
                (ProcessorTime.processesNs(running.processes()) - beforeNs) / packets);
    }
}

package dev.hashlb.e2e.bench;

import dev.hashlb.e2e.bench.candidate.BenchPath;
import dev.hashlb.e2e.bench.candidate.Candidate;
import dev.hashlb.e2e.bench.load.Connections;
import dev.hashlb.e2e.bench.load.Iperf;
import dev.hashlb.e2e.bench.load.PodServices;
import dev.hashlb.e2e.bench.load.RoundTrips;
import dev.hashlb.e2e.bench.load.UdpFlood;
import dev.hashlb.e2e.bench.load.UdpSink;
import dev.hashlb.e2e.lab.Sockets;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Measures all candidates one after the other, again and again, every other time from the last to the first, so that what the machine does meanwhile
 * meets all alike.
 */
final class Rounds {
    private static final int WARM_UP_SECONDS = 3;
    private static final int UDP_SMALL_BYTES = 64;
    private static final int UDP_LARGE_BYTES = 1400;
    private static final int UDP_LARGE_PER_MESSAGE = 40;

    private final BenchPath path;
    private final Results results;
    private final PrintStream progress;
    private final Set<Load> loads;
    private final int seconds;
    private final UdpSink sink;

    private Rounds(BenchPath path, Set<Load> loads, Results results, PrintStream progress, int seconds, UdpSink sink) {
        this.path = path;
        this.loads = loads;
        this.results = results;
        this.progress = progress;
        this.seconds = seconds;
        this.sink = sink;
    }

    /**
     * Runs the rounds.
     *
     * @param seconds how long each single measurement lasts
     */
    static void run(
            BenchPath path,
            List<Candidate> candidates,
            Set<Load> loads,
            int rounds,
            int seconds,
            Results results,
            PrintStream progress)
            throws IOException, InterruptedException {
        String pod = path.pod().namespace();
        try (Iperf iperf = Iperf.serve(pod, BenchPath.BULK_PORT);
                PodServices services = PodServices.start(pod, BenchPath.CONNECT_PORT, BenchPath.ECHO_PORT);
                UdpSink sink = UdpSink.start(pod, BenchPath.SINK_PORT)) {
            Rounds all = new Rounds(path, loads, results, progress, seconds, sink);
            for (int round = 1; round <= rounds; round++) {
                for (Candidate candidate : round % 2 == 0 ? candidates.reversed() : candidates) {
                    progress.printf("round %d of %d: %s%n", round, rounds, candidate.name());
                    all.measure(candidate);
                }
            }
        }
    }

    private void measure(Candidate candidate) throws InterruptedException {
        try (Candidate.Running running = candidate.start(path)) {
            warmUp(candidate);
            if (loads.contains(Load.TCP)) {
                tcp(candidate, running, 1);
                tcp(candidate, running, 8);
                tcp(candidate, running, 64);
            }
            if (loads.contains(Load.CONNECTIONS)) {
                connections(candidate);
            }
            if (loads.contains(Load.LATENCY)) {
                latency(candidate);
            }
            if (loads.contains(Load.UDP) && candidate.carriesUdp()) {
                udp(candidate, running, Measure.UDP_64, UDP_SMALL_BYTES, 1);
                udp(candidate, running, Measure.UDP_1400, UDP_LARGE_BYTES, 1);
                udp(candidate, running, Measure.UDP_1400_GSO, UDP_LARGE_BYTES, UDP_LARGE_PER_MESSAGE);
            }
        }
    }

    /** What has run for days has compiled its code and filled its caches. */
    private void warmUp(Candidate candidate) {
        Iperf.send(path.clientNamespace(), BenchPath.VIP, BenchPath.BULK_PORT, 8, WARM_UP_SECONDS);
        Connections.perSecond(
                path.clientNamespace(), Sockets.at(BenchPath.VIP, BenchPath.CONNECT_PORT), Duration.ofSeconds(1));
        if (candidate.carriesUdp()) {
            Duration duration = Duration.ofMillis(500);
            String client = path.clientNamespace();
            UdpFlood.send(client, BenchPath.VIP, BenchPath.SINK_PORT, UDP_LARGE_BYTES, 1, duration);
            UdpFlood.send(client, BenchPath.VIP, BenchPath.SINK_PORT, UDP_LARGE_BYTES, UDP_LARGE_PER_MESSAGE, duration);
        }
    }

    private void tcp(Candidate candidate, Candidate.Running running, int flows) {
        Router router = new Router(running);
        double bitsPerSecond = Iperf.send(path.clientNamespace(), BenchPath.VIP, BenchPath.BULK_PORT, flows, seconds);
        record(Measure.tcp(flows), candidate, bitsPerSecond / 1e9);
        if (flows == 8 && !running.routerProcesses().isEmpty()) {
            double packets = Iperf.segments(bitsPerSecond, seconds);
            record(Measure.CPU_BULK, candidate, router.processNs() / packets);
            record(Measure.CPU_BULK_SOFTIRQ, candidate, (router.processNs() + router.softirqNs()) / packets);
        }
    }

    private void connections(Candidate candidate) {
        InetSocketAddress service = Sockets.at(BenchPath.VIP, BenchPath.CONNECT_PORT);
        record(Measure.CONNECTIONS, candidate, Connections.perSecond(path.clientNamespace(), service, duration()));
    }

    private void latency(Candidate candidate) {
        RoundTrips.Latency latency = RoundTrips.atHalfLoad(
                path.clientNamespace(), Sockets.at(BenchPath.VIP, BenchPath.ECHO_PORT), duration());
        record(Measure.ROUND_TRIPS, candidate, latency.requestsPerSecondAtMost());
        record(Measure.P50, candidate, latency.p50Us());
        record(Measure.P99, candidate, latency.p99Us());
    }

    private void udp(Candidate candidate, Candidate.Running running, Measure measure, int bytes, int perMessage)
            throws InterruptedException {
        sink.awaitQuiet();
        Router router = new Router(running);
        long before = sink.datagrams();
        long startNs = System.nanoTime();
        UdpFlood.send(path.clientNamespace(), BenchPath.VIP, BenchPath.SINK_PORT, bytes, perMessage, duration());
        double received = sink.datagrams() - before;
        record(measure, candidate, received / ((System.nanoTime() - startNs) / 1e9));
        if (measure.equals(Measure.UDP_64) && !running.routerProcesses().isEmpty()) {
            record(Measure.CPU_UDP_64, candidate, router.processNs() / received);
        }
    }

    private Duration duration() {
        return Duration.ofSeconds(seconds);
    }

    private void record(Measure measure, Candidate candidate, double value) {
        results.add(measure, candidate.name(), value);
        progress.printf("  %-48s %,14.2f %s%n", measure.name(), value, measure.unit());
    }

    /** The router's processor time since this was made. */
    private static final class Router {
        private final List<Long> processes;
        private final long processBeforeNs;
        private final long softirqBeforeNs = ProcessorTime.softirqThreadsNs();

        Router(Candidate.Running running) {
            processes = running.routerProcesses();
            processBeforeNs = ProcessorTime.processesNs(processes);
        }

        double processNs() {
            return ProcessorTime.processesNs(processes) - processBeforeNs;
        }

        double softirqNs() {
            return ProcessorTime.softirqThreadsNs() - softirqBeforeNs;
        }
    }
}

package dev.hashlb.e2e.bench;

import dev.hashlb.e2e.bench.candidate.BenchPath;
import dev.hashlb.e2e.bench.candidate.HashLb;
import dev.hashlb.e2e.bench.load.ManyFlows;
import dev.hashlb.e2e.bench.load.UdpSink;
import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.LabException;
import dev.hashlb.e2e.lab.Sockets;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What only HashLB is asked for: how soon it forwards, and what memory a million flows cost it. */
final class DataPlaneFigures {
    private static final int FLOWS = 1_000_000;
    private static final long PROBE_EVERY_NS = 500_000;
    private static final long FORWARDS_WITHIN_NS = 30_000_000_000L;
    private static final int MOST_FLOWS = 2 * FLOWS;
    /** So long the JVM keeps what its compilers needed. */
    private static final long SETTLES_MS = 12_000;

    private static final Pattern USED_KIB = Pattern.compile("used (\\d+)K");

    private final BenchPath path;
    private final Results results;
    private final PrintStream progress;
    private final UdpSink sink;

    private DataPlaneFigures(BenchPath path, Results results, PrintStream progress, UdpSink sink) {
        this.path = path;
        this.results = results;
        this.progress = progress;
        this.sink = sink;
    }

    static void measure(BenchPath path, int rounds, Results results, PrintStream progress)
            throws IOException, InterruptedException {
        progress.println("HashLB alone: start and memory");
        try (UdpSink sink = UdpSink.start(path.pod().namespace(), BenchPath.SINK_PORT)) {
            DataPlaneFigures figures = new DataPlaneFigures(path, results, progress, sink);
            DataPlaneProcess node = HashLb.startNode(path).awaitReady();
            for (int round = 0; round < rounds; round++) {
                figures.start();
            }
            figures.memory();
            node.stop();
        }
    }

    /** From the start of the router's process to the first datagram in the pod. */
    private void start() throws IOException {
        InetSocketAddress service = Sockets.at(BenchPath.VIP, BenchPath.SINK_PORT);
        ByteBuffer probe = ByteBuffer.allocateDirect(16);
        try (DatagramChannel client = Sockets.udp(path.clientNamespace(), BenchPath.VIP)) {
            long before = sink.datagrams();
            long startNs = System.nanoTime();
            DataPlaneProcess router = HashLb.startRouter(path);
            while (sink.datagrams() == before) {
                client.send(probe.clear(), service);
                if (System.nanoTime() - startNs > FORWARDS_WITHIN_NS) {
                    throw new LabException("no packet was forwarded within 30 s; the router's log:\n" + router.log());
                }
                LockSupport.parkNanos(PROBE_EVERY_NS);
            }
            record(Measure.START, (System.nanoTime() - startNs) / 1e6);
            router.stop();
        }
    }

    private void memory() throws IOException, InterruptedException {
        DataPlaneProcess router = HashLb.startRouter(path).awaitReady();
        Thread.sleep(SETTLES_MS);
        record(Measure.RESIDENT, residentMiB(router.pid()));
        record(Measure.HEAP, liveHeapKiB(router.pid()));
        sendFlows();
        Thread.sleep(SETTLES_MS);
        record(Measure.RESIDENT_AFTER_FLOWS, residentMiB(router.pid()));
        record(Measure.HEAP_AFTER_FLOWS, liveHeapKiB(router.pid()));
        router.stop();
    }

    /** A queue that overflows loses some, so it sends more until enough have arrived. */
    private void sendFlows() throws IOException, InterruptedException {
        long before = sink.datagrams();
        int sent = 0;
        for (long missing; (missing = FLOWS - (sink.datagrams() - before)) > 0; ) {
            if (sent > MOST_FLOWS) {
                throw new LabException(missing + " of " + sent + " flows' datagrams did not arrive");
            }
            int flows = (int) Math.max(missing, 1000);
            ManyFlows.send(path.clientNamespace(), BenchPath.VIP, BenchPath.SINK_PORT, sent, flows);
            sent += flows;
            sink.awaitQuiet();
        }
    }

    private static double residentMiB(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .sum()
                / 1024.0;
    }

    /** What a full collection leaves: both generations of the serial collector. */
    private static double liveHeapKiB(long pid) {
        jcmd(pid, "GC.run");
        Matcher used = USED_KIB.matcher(jcmd(pid, "GC.heap_info").replaceAll("(?s)Metaspace.*", ""));
        long kib = 0;
        while (used.find()) {
            kib += Long.parseLong(used.group(1));
        }
        return kib;
    }

    private static String jcmd(long pid, String command) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        return Command.run("", List.of(jcmd, Long.toString(pid), command));
    }

    private void record(Measure measure, double value) {
        results.add(measure, "HashLB", value);
        progress.printf("  %-48s %,14.2f %s%n", measure.name(), value, measure.unit());
    }
}

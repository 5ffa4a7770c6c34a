package dev.hashlb.e2e.bench;

import dev.hashlb.e2e.bench.candidate.BenchPath;
import dev.hashlb.e2e.bench.candidate.HashLb;
import dev.hashlb.e2e.bench.load.ManyFlows;
import dev.hashlb.e2e.bench.load.UdpSink;
import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.LabException;
import dev.hashlb.e2e.lab.ProcessFootprint;
import dev.hashlb.e2e.lab.Sockets;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.locks.LockSupport;

/** What only HashLB is asked for: how soon it forwards, and what memory a million flows cost it. */
final class DataPlaneFigures {
    private static final int FLOWS = 1_000_000;
    private static final long PROBE_EVERY_NS = 500_000;
    private static final long FORWARDS_WITHIN_NS = 30_000_000_000L;
    private static final int MOST_FLOWS = 2 * FLOWS;
    /** So long the JVM keeps what its compilers needed. */
    private static final long SETTLES_MS = 12_000;

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
        footprint(router, Measure.RESIDENT, Measure.HEAP);
        sendFlows();
        Thread.sleep(SETTLES_MS);
        footprint(router, Measure.RESIDENT_AFTER_FLOWS, Measure.HEAP_AFTER_FLOWS);
        router.stop();
    }

    private void footprint(DataPlaneProcess router, Measure resident, Measure heap) {
        record(resident, ProcessFootprint.residentKiB(router.pid()) / 1024.0);
        record(heap, (double) ProcessFootprint.of(router.pid()).liveHeapKiB());
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

    private void record(Measure measure, double value) {
        results.add(measure, "HashLB", value);
        progress.printf("  %-48s %,14.2f %s%n", measure.name(), value, measure.unit());
    }
}

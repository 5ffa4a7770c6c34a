package dev.hashlb.operator.identity;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import dev.hashlb.operator.identity.Authorities.Lifetimes;
import dev.hashlb.operator.push.ConnectedNode;
import dev.hashlb.operator.push.NodeAnswer;
import dev.hashlb.operator.push.NodeReport;
import dev.hashlb.operator.push.NodeReports;
import dev.hashlb.operator.push.PushServer;
import dev.hashlb.operator.push.PushSettings;
import dev.hashlb.operator.push.TokenVerdict;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * How fast one balancer's change reaches a thousand data planes, and how much heap the push takes for it: the real server in
 * this process, the streams ({@link PushBenchmarkNodes}) in another, real TLS and certificates between them; only the API server
 * is played. Start it with the heap that it is to keep to, {@code -Xmx512m}; one argument: the file of the JSON report.
 */
public final class PushBenchmark {
    private static final int STREAMS = Integer.getInteger("streams", 1000);
    private static final int BALANCERS = Integer.getInteger("balancers", 200);
    private static final int SERVERS = Integer.getInteger("servers", 5000);
    private static final int CHANGES = Integer.getInteger("changes", 50);

    private PushBenchmark() {}

    private static Balancer balancer(int index, long generation, int servers) {
        List<Server> list = IntStream.range(0, servers)
                .mapToObj(i -> new Server(
                        "web-" + index + "-" + i,
                        "00000000-0000-4000-8000-%06d%06d".formatted(index, i),
                        "node-" + (index * 31 + i) % STREAMS,
                        "",
                        List.of(IpAddress.ipv4(0x0a000000 | index << 12 | i)),
                        Set.of(Family.IPV4),
                        List.of(Interval.open(1, 1))))
                .toList();
        return new Balancer(
                new NamespacedName("shop", "web-%03d".formatted(index)),
                List.of(IpAddress.ipv4(0xc6330000 | index)),
                List.of(new ServicePort("http", Protocol.TCP, 80, 8080, Delivery.ADDRESS)),
                HashSettings.DEFAULT,
                Ingress.ANY_NODE,
                Reply.DIRECT,
                List.of(Cidr.parse("0.0.0.0/0")),
                true,
                UndeclaredPorts.REJECT,
                generation,
                list);
    }

    public static void main(String[] args) throws Exception {
        Certificates certificates =
                new Certificates(List.of("hashlb-operator"), Clock.systemUTC(), Certificates.NODE_LIFETIME);
        Authorities authorities = Authorities.first(Instant.now(), Lifetimes.DEFAULT);
        certificates.refresh(authorities);
        TunnelKeyKeeper keys = new TunnelKeyKeeper(new MemorySecrets(), "s", TunnelKeyRing.Schedule.DEFAULT);
        keys.load(Instant.now());
        Acks acks = new Acks();
        Path ca = Files.createTempFile("hashlb-push-bench", ".crt");
        Files.writeString(ca, Pem.certificates(authorities.trusted()));
        try (PushServer server = new PushServer(
                PushSettings.DEFAULT.listeningOn(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                new PushServer.Collaborators(
                        certificates,
                        token -> CompletableFuture.completedFuture(
                                new TokenVerdict.Accepted(token.substring(3), "hashlb/pod")),
                        certificates,
                        keys,
                        new StoredVersions(new MemorySecrets(), "v"),
                        acks,
                        refused -> System.err.println("refused: " + refused),
                        new SimpleMeterRegistry()))) {
            int port = server.start();
            server.lead();
            measure(server, acks, port, ca, Path.of(args[0]));
        } finally {
            Files.delete(ca);
        }
    }

    private static void measure(PushServer server, Acks acks, int port, Path ca, Path report) throws Exception {
        List<Node> nodes = IntStream.range(0, STREAMS)
                .mapToObj(i -> new Node("node-" + i, IpAddress.ipv4(0x0a800000 + i), true))
                .sorted(java.util.Comparator.comparing(Node::name))
                .toList();
        List<Balancer> balancers = new ArrayList<>();
        for (int i = 0; i < BALANCERS; i++) {
            balancers.add(balancer(i, 1, SERVERS / BALANCERS));
        }
        Process streams = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx2g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PushBenchmarkNodes.class.getName(),
                        Integer.toString(port),
                        Integer.toString(STREAMS),
                        ca.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader arrivals = streams.inputReader()) {
            long dialBegin = System.nanoTime();
            long begin = System.nanoTime();
            server.publish(new Snapshot(0, List.copyOf(balancers), nodes, List.of()));
            acks.awaitAll();
            arrivals.readLine();
            double dialSeconds = (System.nanoTime() - dialBegin) / 1e9;
            List<Long> reached = new ArrayList<>();
            List<Long> last = new ArrayList<>();
            List<Long> acknowledged = new ArrayList<>();
            for (int change = 0; change < CHANGES; change++) {
                int index = change % BALANCERS;
                balancers.set(index, balancer(index, change + 2, SERVERS / BALANCERS + 1 + change % 2));
                begin = System.nanoTime();
                server.publish(new Snapshot(0, List.copyOf(balancers), nodes, List.of()));
                acks.awaitAll();
                acknowledged.add(System.nanoTime() - begin);
                long[] times = Arrays.stream(arrivals.readLine().split(" "))
                        .mapToLong(Long::parseLong)
                        .sorted()
                        .toArray();
                for (long time : times) {
                    reached.add(time - begin);
                }
                last.add(times[times.length - 1] - begin);
            }
            Files.writeString(report, json(dialSeconds, reached, last, acknowledged));
            System.out.println(Files.readString(report));
        } finally {
            acks.over();
            streams.destroy();
            streams.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static String json(double dialSeconds, List<Long> reached, List<Long> last, List<Long> acknowledged)
            throws IOException {
        long peak = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getType() == MemoryType.HEAP) {
                peak += pool.getPeakUsage().getUsed();
            }
        }
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        String rss = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .findFirst()
                .orElse("VmHWM: 0 kB")
                .replaceAll("[^0-9]", "");
        return """
                {"benchmark": "push", "streams": %d, "balancers": %d, "servers": %d, "changes": %d,
                 "wholeToAllSeconds": %.2f,
                 "oneChangeReachesAStreamMs": {"p50": %.1f, "p99": %.1f, "max": %.1f},
                 "oneChangeReachesAllMs": {"p50": %.1f, "p99": %.1f, "max": %.1f},
                 "oneChangeAcknowledgedByAllMs": {"p50": %.1f, "p99": %.1f, "max": %.1f},
                 "heapMaxMiB": %d, "heapPeakMiB": %d, "heapUsedAfterGcMiB": %d, "peakRssMiB": %d}
                """.formatted(
                        STREAMS,
                        BALANCERS,
                        SERVERS,
                        CHANGES,
                        dialSeconds,
                        percentile(reached, 0.5),
                        percentile(reached, 0.99),
                        percentile(reached, 1),
                        percentile(last, 0.5),
                        percentile(last, 0.99),
                        percentile(last, 1),
                        percentile(acknowledged, 0.5),
                        percentile(acknowledged, 0.99),
                        percentile(acknowledged, 1),
                        runtime.maxMemory() >> 20,
                        peak >> 20,
                        (runtime.totalMemory() - runtime.freeMemory()) >> 20,
                        Long.parseLong(rss) >> 10);
    }

    private static double percentile(List<Long> nanos, double fraction) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted[(int) Math.max(0, Math.ceil(fraction * sorted.length) - 1)] / 1e6;
    }

    /** Waits until all streams have acknowledged, once for each change. */
    private static final class Acks implements NodeReports {
        private final AtomicInteger count = new AtomicInteger();
        private final Semaphore rounds = new Semaphore(0);
        private volatile boolean over;

        /** All streams end now. */
        void over() {
            over = true;
        }

        void awaitAll() throws InterruptedException {
            if (!rounds.tryAcquire(10, TimeUnit.MINUTES)) {
                throw new IllegalStateException("only " + count + " of " + STREAMS + " have answered");
            }
        }

        @Override
        public void answered(NodeAnswer answer) {
            if (!(answer instanceof NodeAnswer.Acknowledged)) {
                System.err.println(answer);
            } else if (count.incrementAndGet() == STREAMS) {
                count.set(0);
                rounds.release();
            }
        }

        @Override
        public void connected(ConnectedNode node) {}

        @Override
        public void reported(NodeReport report) {}

        @Override
        public void disconnected(String node, String reason) {
            if (!over) {
                System.err.println(node + " disconnected: " + reason);
            }
        }
    }
}

package dev.hashlb.e2e.bench;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.route.RouterList;
import dev.hashlb.core.route.RouterSelection;
import dev.hashlb.core.route.RouterSelections;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.TableKind;
import dev.hashlb.e2e.bench.candidate.BenchPath;
import dev.hashlb.e2e.bench.load.SpreadFlood;
import dev.hashlb.e2e.bench.load.UdpSink;
import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.Declaration;
import dev.hashlb.e2e.lab.LabException;
import dev.hashlb.e2e.lab.LabNode;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Three routers that choose themselves beside one that gets everything, each held to the same share of a processor: how much passes in all; and
 * what a packet costs a router that handles it, and one that drops it because it is another's.
 */
final class SelfSelection {
    private static final int ROUTERS = 3;
    private static final int SHARE_PERCENT = 10;
    private static final int FLOWS = 48;
    private static final int FIRST_PORT = 20_000;
    private static final Duration WARM_UP = Duration.ofSeconds(12);
    private static final String SHARED_MAC = "03:48:4c:42:00:01";

    private final BenchPath path;
    private final UdpSink sink;
    private final PrintStream out;
    private final Map<String, DataPlaneProcess> dataPlanes = new LinkedHashMap<>();
    private final Path file;

    private SelfSelection(BenchPath path, UdpSink sink, PrintStream out) {
        this.path = path;
        this.sink = sink;
        this.out = out;
        this.file = path.lab().directory().resolve("routers.yaml");
    }

    static void measure(int rounds, int seconds, PrintStream out) throws InterruptedException {
        try (BenchPath path = BenchPath.open(BenchPath.Lan.SUPER_PACKETS, ROUTERS);
                UdpSink sink = UdpSink.start(path.pod().namespace(), BenchPath.SINK_PORT)) {
            SelfSelection bench = new SelfSelection(path, sink, out);
            bench.start();
            bench.heldToShares(() -> {
                bench.costs(rounds, Duration.ofSeconds(seconds));
                bench.throughput(rounds, Duration.ofSeconds(seconds));
            });
        }
    }

    /** Both ways are compiled before anything is held to a share. */
    private void start() throws InterruptedException {
        declare("SelfSelect");
        for (LabNode node : path.lab().topology().nodes()) {
            dataPlanes.put(node.name(), DataPlaneProcess.start(path.lab(), node, file));
        }
        dataPlanes.values().forEach(DataPlaneProcess::awaitReady);
        for (String mode : List.of("AnyNode", "SelfSelect")) {
            declareAndAwait(mode);
            reach(mode);
            send(ports(FLOWS, ""), WARM_UP);
        }
    }

    private interface Measurement {
        void run() throws InterruptedException;
    }

    private void heldToShares(Measurement measurement) throws InterruptedException {
        List<CpuShare> shares = new ArrayList<>();
        try {
            for (int i = 1; i <= ROUTERS; i++) {
                shares.add(CpuShare.of(dataPlane("r" + i).pid(), SHARE_PERCENT));
            }
            measurement.run();
        } finally {
            shares.forEach(CpuShare::close);
        }
    }

    /**
     * All flows are r1's, so that it handles every packet and r2 drops every one. Both get more than their shares are good for: else what is
     * measured is how often they are woken.
     */
    private void costs(int rounds, Duration duration) throws InterruptedException {
        List<Integer> ports = ports(FLOWS, "r1");
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            double handled = -handled("r1");
            double dropped = -dropped("r2");
            long handlingNs = -cpuNs("r1");
            long droppingNs = -cpuNs("r2");
            send(ports, duration);
            handlingNs += cpuNs("r1");
            droppingNs += cpuNs("r2");
            sink.awaitQuiet();
            handled += handled("r1");
            dropped += dropped("r2");
            double handledCost = handlingNs / handled;
            double droppedCost = droppingNs / dropped;
            ratios.add(droppedCost / handledCost);
            out.printf(
                    "CPU of the router's process, ns a packet: handled %.0f, not selected %.0f, ratio %.2f%n",
                    handledCost, droppedCost, droppedCost / handledCost);
        }
        print("not selected over handled", ratios);
    }

    private void throughput(int rounds, Duration duration) throws InterruptedException {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            double three = packetsPerSecond("SelfSelect", duration);
            double one = packetsPerSecond("AnyNode", duration);
            ratios.add(three / one);
            out.printf(
                    "each router %d %% of a processor, packets/s: three that choose themselves %.0f, one %.0f, ratio %.2f%n",
                    SHARE_PERCENT, three, one, three / one);
        }
        print("three over one", ratios);
    }

    private void print(String what, List<Double> ratios) {
        Results.Spread spread = Results.Spread.of(ratios);
        out.printf("%s: min %.2f, median %.2f, max %.2f%n", what, spread.min(), spread.median(), spread.max());
    }

    private double packetsPerSecond(String mode, Duration duration) throws InterruptedException {
        declareAndAwait(mode);
        reach(mode);
        List<Integer> ports = ports(FLOWS, "");
        send(ports, Duration.ofMillis(500));
        sink.awaitQuiet();
        long before = sink.datagrams();
        send(ports, duration);
        sink.awaitQuiet();
        return (sink.datagrams() - before) / (duration.toNanos() / 1e9);
    }

    private void send(List<Integer> ports, Duration duration) {
        SpreadFlood.send(
                path.clientNamespace(), BenchPath.CLIENT_ADDRESS, ports, BenchPath.VIP, BenchPath.SINK_PORT, duration);
    }

    /** Source ports of flows that a router is named for, or of any if none is given. */
    private List<Integer> ports(int count, String router) {
        List<Node> nodes = path.lab().topology().nodes().stream()
                .map(n -> new Node(n.name(), IpAddress.parse(n.ipv4()), n.router()))
                .toList();
        RouterList list = RouterList.of(nodes);
        RouterSelection selection = RouterSelections.of(list).by(HashFields.FIVE_TUPLE, TableKind.STABLE);
        long client = IpAddress.parse(BenchPath.CLIENT_ADDRESS).low();
        long vip = IpAddress.parse(BenchPath.VIP).low();
        List<Integer> ports = new ArrayList<>();
        for (int port = FIRST_PORT; ports.size() < count; port++) {
            Flow flow = new Flow().setIpv4(client, port, vip, BenchPath.SINK_PORT, Protocol.UDP.number());
            if (router.isEmpty() || selection.router(flow, BenchPath.SINK_PORT) == list.indexOf(router)) {
                ports.add(port);
            }
        }
        return ports;
    }

    private void declare(String mode) {
        Declaration.of(path.lab())
                .balancer(
                        "bench",
                        b -> b.address(BenchPath.VIP)
                                .server(path.pod())
                                .port("UDP", BenchPath.SINK_PORT, BenchPath.SINK_PORT, "Address")
                                .spec("ingress: {mode: " + mode + "}"))
                .write(file);
    }

    private void declareAndAwait(String mode) throws InterruptedException {
        Map<DataPlaneProcess, Double> before = new LinkedHashMap<>();
        dataPlanes.values().forEach(p -> before.put(p, version(p)));
        declare(mode);
        for (int waits = 0; before.entrySet().stream().anyMatch(e -> version(e.getKey()) <= e.getValue()); waits++) {
            if (waits > 500) {
                break; // it had this mode already
            }
            Thread.sleep(20);
        }
    }

    private static double version(DataPlaneProcess plane) {
        return plane.metrics().sum("hashlb_snapshot_version");
    }

    private void reach(String mode) {
        BenchPath.ipIn(
                path.clientNamespace(),
                mode.equals("SelfSelect")
                        ? "route replace " + BenchPath.VIP + " dev eth0\nneigh replace " + BenchPath.VIP + " lladdr "
                                + SHARED_MAC + " dev eth0 nud permanent\n"
                        : "route replace " + BenchPath.VIP + " via "
                                + path.router().ipv4() + "\n");
    }

    private DataPlaneProcess dataPlane(String node) {
        DataPlaneProcess plane = dataPlanes.get(node);
        if (plane == null) {
            throw new LabException("there is no data plane of " + node);
        }
        return plane;
    }

    private double handled(String node) {
        return dataPlane(node).metrics().sum("hashlb_packets_total", "outcome=\"tunnelled\"");
    }

    private double dropped(String node) {
        return dataPlane(node).metrics().sum("hashlb_dropped_packets_total", "reason=\"not_selected\"");
    }

    private long cpuNs(String node) {
        return ProcessorTime.processesNs(List.of(dataPlane(node).pid()));
    }
}

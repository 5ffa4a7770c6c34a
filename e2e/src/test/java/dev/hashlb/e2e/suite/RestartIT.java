package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.Declaration;
import dev.hashlb.e2e.lab.Topology;
import dev.hashlb.e2e.suite.SteadyDatagrams.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The data planes of a router and of a host are restarted under traffic: a thousand datagrams a second, and two hundred TCP
 * connections of which every byte is checked. Loss and gap are printed.
 */
@Timeout(180)
class RestartIT {
    private static final int CONNECTIONS = 200;
    private static final int SINK_PORT = 9000;
    private static final Duration OFTEN = Duration.ofMillis(1);
    /** The queue of a TUN holds 500 packets (TUN_READQ_SIZE): with few connections that repeat theirs, those of some 8 s, a slow start. */
    private static final int FEW = 16;

    private static final Duration SELDOM = Duration.ofMillis(20);

    private static final List<String> NODES = List.of("r1", "n1");

    private Cluster cluster;
    private SystemState untouched;

    private void open(String... options) {
        cluster = Cluster.open(t -> t.router("r1").node("n1", 2), true, options);
        untouched = SystemState.of(cluster.lab());
        cluster.declare(this::declare);
    }

    private void declare(Declaration declaration) {
        declaration.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .port("UDP", 90, SINK_PORT)
                        .servers(cluster.pods()));
        declaration.balancer(
                "back",
                b -> b.vip(1)
                        .port("TCP", 80, Cluster.TARGET_PORT)
                        .spec("return: {mode: Node}")
                        .servers(cluster.pods()));
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private interface Restart {
        void of(String node) throws Exception;
    }

    /** Restarts both nodes, one after the other. @return what became of the datagrams */
    private Result underTraffic(String what, Duration each, Restart restart) throws Exception {
        return underTraffic(what, CONNECTIONS, each, restart);
    }

    private Result underTraffic(String what, int count, Duration each, Restart restart) throws Exception {
        try (OpenConnections connections = new OpenConnections();
                var datagrams = new SteadyDatagrams(cluster, Vips.IPV4, 90, cluster.pods(), SINK_PORT, each)) {
            connections.open(cluster.client(), Vips.IPV4, 80, count / 2);
            connections.open(cluster.client(), Vips.IPV6, 80, count / 4);
            connections.open(cluster.client(), Topology.vipIpv4(1), 80, count / 4);
            for (String node : NODES) {
                connections.awaitExchanges();
                restart.of(node);
            }
            connections.awaitExchanges();
            assertThat(connections.broken()).isEmpty();
            Result result = datagrams.stop();
            System.out.printf(
                    "%s: %d datagrams sent, %d lost, longest gap %d ms; %d connections, none broken%n",
                    what, result.sent(), result.lost(), result.longestGapMillis(), count);
            return result;
        }
    }

    private List<String> devices() {
        return Stream.concat(
                        NODES.stream().map(n -> cluster.node(n).namespace()),
                        cluster.pods().stream().map(p -> p.namespace()))
                .map(n -> n + " " + Command.runIn(n, "cat", "/sys/class/net/hashlb0/ifindex"))
                .toList();
    }

    @Test
    void aHandOverLosesNothing() throws Exception {
        open();
        List<String> before = devices();
        SystemState running = SystemState.of(cluster.lab());

        Result result = underTraffic("hand-over of r1 and n1", OFTEN, cluster::succeed);

        assertThat(result.lost()).as("%s", result).isZero();
        assertThat(devices()).isEqualTo(before);
        SystemState.of(cluster.lab()).assertSameAs(running);
        cluster.dataPlanes().values().forEach(DataPlaneProcess::stop);
        SystemState.of(cluster.lab()).assertSameAs(untouched);
    }

    @Test
    void aKillBreaksNoConnection() throws Exception {
        open();
        underTraffic("kill -9 of r1 and n1, each started again at once", OFTEN, node -> {
            cluster.dataPlane(node).kill();
            cluster.start(node);
        });
    }

    @Test
    void aKillLosesNothingWhereTheDevicesAreHeld() throws Exception {
        open("--holder");
        List<String> before = devices();
        Result result = underTraffic("kill -9 of r1 and n1 with their devices held", FEW, SELDOM, node -> {
            cluster.dataPlane(node).kill();
            cluster.start(node);
        });
        assertThat(result.lost()).as("%s", result).isZero();
        assertThat(devices()).isEqualTo(before);

        underTraffic("hand-over of r1 and n1 with their devices held", OFTEN, cluster::succeed);
        assertThat(devices()).isEqualTo(before);

        cluster.dataPlanes().values().forEach(DataPlaneProcess::stop);
        SystemState.of(cluster.lab()).assertSameAs(untouched);
        await().atMost(Cluster.SOON).until(() -> holders().isEmpty());
    }

    @Test
    void aHolderThatIsKilledIsReplacedAndWithoutItDevicesAreMadeAnew() throws Exception {
        open("--holder");
        List<ProcessHandle> first = holders();
        assertThat(first).hasSize(2);
        first.forEach(h -> System.out.println("a process that holds devices: " + resident(h)));
        first.forEach(ProcessHandle::destroyForcibly);
        await().atMost(Cluster.SOON)
                .until(() -> holders().size() == 2 && !holders().equals(first));
        assertThat(cluster.client().askTcp(Vips.IPV4, 80).pod()).isNotEmpty();

        List<String> before = devices();
        underTraffic("kill -9 of r1 and n1 and of who held their devices", FEW, SELDOM, node -> {
            holders().forEach(ProcessHandle::destroyForcibly);
            cluster.dataPlane(node).kill();
            cluster.start(node);
        });
        assertThat(devices()).doesNotContainAnyElementsOf(before);
    }

    /** The processes of this lab that hold devices. */
    private List<ProcessHandle> holders() {
        String directory = cluster.lab().directory().toString();
        return ProcessHandle.allProcesses()
                .filter(p -> p.info()
                        .commandLine()
                        .filter(c -> c.contains(".Holder ") && c.contains(directory))
                        .isPresent())
                .sorted()
                .toList();
    }

    private static String resident(ProcessHandle process) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "smaps_rollup"))) {
            return lines.filter(l -> l.startsWith("Rss:") || l.startsWith("Private_Dirty:"))
                    .map(l -> l.replaceAll(" +", " "))
                    .collect(Collectors.joining(", "));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As in a rolling update that ends the old pod before it starts the new one. */
    @Test
    void anOrderlyStopAndAStartBreakNoConnection() throws Exception {
        open();
        underTraffic("orderly stop of r1 and n1, each started again at once", OFTEN, node -> {
            cluster.dataPlane(node).stop();
            cluster.start(node);
        });
    }

    @Test
    void aSuccessorThatFailsChangesNothing() throws Exception {
        open();
        SystemState running = SystemState.of(cluster.lab());
        Path refused = refusedFile();
        Result result = underTraffic("a successor of r1 and of n1 that fails", OFTEN, node -> {
            Command.runIn(
                    cluster.node(node).namespace(), "ip", "address", "add", Topology.vipIpv4(2) + "/32", "dev", "lo");
            DataPlaneProcess successor = cluster.launchSuccessor(node, refused);
            assertThat(successor.awaitExit()).isEqualTo(3);
            assertThat(successor.log()).contains("must not be a node's own address");
            Command.runIn(
                    cluster.node(node).namespace(), "ip", "address", "del", Topology.vipIpv4(2) + "/32", "dev", "lo");
            assertThat(cluster.dataPlane(node).isAlive()).isTrue();
        });
        assertThat(result.lost()).as("%s", result).isZero();
        SystemState.of(cluster.lab()).assertSameAs(running);
        cluster.declare(d -> d.balancer(
                "web", b -> b.vip(0).port("TCP", 81, Cluster.TARGET_PORT).servers(cluster.pods())));
        assertThat(cluster.client().askTcp(Vips.IPV4, 81).pod()).isNotEmpty();
    }

    /** What the data planes run by, and another VIP, which the test makes an address of the node: a successor finds out when it applies it. */
    private Path refusedFile() throws IOException {
        Path file = cluster.lab().directory().resolve("refused.yaml");
        Declaration declaration = Declaration.of(cluster.lab());
        declare(declaration);
        declaration.balancer(
                "other", b -> b.vip(2).port("TCP", 80, Cluster.TARGET_PORT).servers(cluster.pods()));
        Declaration.write(file, declaration.yaml());
        return file;
    }

    @Test
    void aSecondProcessWithoutTakeOverIsRefused() throws IOException {
        open();
        DataPlaneProcess second = DataPlaneProcess.start(
                cluster.lab(), cluster.node("r1"), cluster.file(), "--metrics-address", "127.0.0.1:0");
        assertThat(second.awaitExit()).isEqualTo(3);
        assertThat(second.log()).contains("--take-over");
        assertThat(cluster.client().askTcp(Vips.IPV4, 80).pod()).isNotEmpty();
    }
}

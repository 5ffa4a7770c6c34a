package dev.hashlb.e2e.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.lab.Topology;
import dev.hashlb.e2e.suite.RandomEnds;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The operator's process under the chart's rights, a real API server, three nodes with real packets; and one thing after the other dies. Five
 * minutes of it, so by {@code make soak}.
 */
@EnabledIfSystemProperty(named = "hashlb.soak", matches = "true")
@Timeout(300)
class OperatorAndAgentsIT {
    private static final int SCALE_EVENTS = 100;
    private static final Duration BETWEEN_EVENTS = Duration.ofMillis(400);
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(5);
    private static final Duration OUTAGE = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(60);
    /** A node forwards by a snapshot before it is on disk, and it is seen there a moment later. */
    private static final long SEEN_LATE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Never ready: its host has it prepared, and nobody may send to it. */
    private static final String DECOY = "n2p3";

    private static RealControl control;
    /** One for all tests: a UDP flow stays for a while with the server that has a translation of it. */
    private static RandomEnds random;

    private List<OperatorReplica> replicas = List.of();

    @BeforeAll
    static void open() {
        assumeTrue(ApiServer.kit().isPresent(), "no API server: set " + ApiServer.KIT + ", see CONTRIBUTING.md");
        assumeTrue(OperatorReplica.isBuilt(), "the operator is not built: run mvn package first");
        control = RealControl.open(t -> t.router("r1", 2).node("n1", 3).node("n2", 3));
        random = new RandomEnds(control.lab().topology(), 104);
        WebEndpoints endpoints = control.endpoints().create(pod(DECOY));
        List.of("r1p1", "n1p1", "n2p1")
                .forEach(name -> endpoints.create(pod(name)).ready(pod(name)));
        endpoints.write();
        List<OperatorReplica> first = control.operators("a");
        control.agents();
        control.awaitConverged();
        first.forEach(OperatorReplica::close);
    }

    @AfterAll
    static void close() {
        if (control != null) {
            control.close();
        }
    }

    @AfterEach
    void stopOperators() {
        replicas.forEach(OperatorReplica::close);
    }

    private static Pod pod(String name) {
        return control.lab().topology().pod(name);
    }

    private static List<String> nodes() {
        return control.lab().topology().nodes().stream().map(LabNode::name).toList();
    }

    @Test
    void anOperatorThatIsKilledAgainAndAgainLosesNoScaleEventAndInventsNoServer() throws Exception {
        replicas = control.operators("a", "b");
        WebEndpoints endpoints = control.endpoints();
        Map<String, String> podsByUid = new HashMap<>();
        endpoints.pods().forEach(pod -> podsByUid.put(endpoints.uid(pod), pod.name()));
        endpoints.pods().stream().filter(p -> !p.name().equals(DECOY)).forEach(endpoints::remove);
        List<Pod> scaled = control.lab().pods().stream()
                .filter(p -> !p.name().equals(DECOY))
                .toList();
        Scaling scaling = new Scaling(endpoints, scaled, 100);
        int kills = 0;
        try (SnapshotWatch watch = new SnapshotWatch(control.lab());
                SteadyTraffic traffic = new SteadyTraffic(control.lab(), 101)) {
            long nextKill = System.nanoTime() + BETWEEN_KILLS.toNanos();
            for (int event = 1; event < SCALE_EVENTS; event++) {
                scaling.step();
                endpoints.pods().forEach(pod -> podsByUid.put(endpoints.uid(pod), pod.name()));
                Thread.sleep(BETWEEN_EVENTS);
                if (System.nanoTime() >= nextKill) {
                    killTheLeader();
                    nextKill += BETWEEN_KILLS.toNanos();
                    kills++;
                }
            }
            scaling.settle();
            control.awaitConverged();
            traffic.close();
            watch.close();

            System.out.println(kills + " kills, " + traffic.answers().size() + " requests answered, "
                    + traffic.failures().size() + " not, "
                    + watch.kept().stream()
                            .map(k -> k.snapshot().version())
                            .distinct()
                            .count()
                    + " versions seen on nodes");
            assertThat(kills).isPositive();
            assertOneListForEachVersion(watch.kept());
            assertNobodyIsInvented(watch.kept(), podsByUid);
            assertTrafficWentToListsOnly(traffic.answers(), watch.kept(), podsByUid);
        }
        control.awaitProgrammed();
        assertLanding();
    }

    /** As Kubernetes does it: what was killed is started again, and stands by. */
    private void killTheLeader() {
        String leader = control.leader();
        replicas.stream().filter(r -> r.name().equals(leader)).forEach(replica -> {
            replica.kill();
            replica.start();
        });
    }

    private static void assertOneListForEachVersion(List<SnapshotWatch.Kept> kept) {
        Map<Long, Snapshot> byVersion = new HashMap<>();
        for (SnapshotWatch.Kept each : kept) {
            Snapshot same = byVersion.putIfAbsent(each.snapshot().version(), each.snapshot());
            assertThat(each.snapshot())
                    .as("version of node %s", each.node())
                    .isEqualTo(same == null ? each.snapshot() : same);
        }
    }

    private static void assertNobodyIsInvented(List<SnapshotWatch.Kept> kept, Map<String, String> podsByUid) {
        for (SnapshotWatch.Kept each : kept) {
            assertThat(RealControl.owners(each.snapshot()))
                    .as("version %s on node %s", each.snapshot().version(), each.node())
                    .allSatisfy(server -> assertThat(podsByUid)
                            .containsKey(server.identity())
                            .doesNotContainEntry(server.identity(), DECOY));
        }
    }

    /** Whoever answered was an owner in a list that some node had at that time. */
    private static void assertTrafficWentToListsOnly(
            List<SteadyTraffic.Answered> answers, List<SnapshotWatch.Kept> kept, Map<String, String> podsByUid) {
        for (SteadyTraffic.Answered answer : answers) {
            Set<String> allowed = new TreeSet<>();
            for (String node : nodes()) {
                inForce(node, kept, answer).forEach(server -> allowed.add(podsByUid.get(server.identity())));
            }
            assertThat(allowed).contains(answer.pod());
        }
    }

    private static Stream<Server> inForce(String node, List<SnapshotWatch.Kept> kept, SteadyTraffic.Answered answer) {
        List<SnapshotWatch.Kept> own =
                kept.stream().filter(k -> k.node().equals(node)).toList();
        Stream.Builder<Snapshot> inForce = Stream.builder();
        for (int i = 0; i < own.size(); i++) {
            boolean begun = own.get(i).seenNanos() - SEEN_LATE_NANOS <= answer.endedNanos();
            boolean over = i + 1 < own.size() && own.get(i + 1).seenNanos() < answer.beganNanos();
            if (begun && !over) {
                inForce.add(own.get(i).snapshot());
            }
        }
        return inForce.build().flatMap(RealControl::owners);
    }

    @Test
    void neitherOperatorNorApiServerIsNeededToForward() throws Exception {
        replicas = control.operators("a");
        serve("r1p1", "n1p1", "n2p1", "n2p2");
        control.awaitConverged();

        replicas.getFirst().kill();
        control.apiServer().kill();
        try (SteadyTraffic traffic = new SteadyTraffic(control.lab(), 102)) {
            Thread.sleep(OUTAGE);
            traffic.close();
            System.out.println(traffic.answers().size() + " requests in " + OUTAGE.toSeconds()
                    + " s without operator and API server, "
                    + traffic.failures().size() + " failed");
            assertThat(traffic.failures()).isEmpty();
            assertThat(traffic.answers().stream().map(SteadyTraffic.Answered::pod))
                    .contains("r1p1", "n1p1", "n2p1", "n2p2");
        }

        control.apiServer().startAgain();
        serve("n1p2", "n2p1");
        replicas.getFirst().start();
        control.awaitConverged();
        control.awaitProgrammed();
        assertLanding();
    }

    @Test
    void standbyTakesOverFromAKilledLeaderAndNoRequestFails() throws Exception {
        replicas = control.operators("a", "b");
        serve("r1p1", "n1p1", "n2p1");
        control.awaitConverged();
        await("the other one stands by")
                .atMost(SOON)
                .until(() -> replicas.stream().allMatch(OperatorReplica::isReady));
        String leader = control.leader();
        try (SteadyTraffic traffic = new SteadyTraffic(control.lab(), 103)) {
            long killed = System.nanoTime();
            replicas.stream().filter(r -> r.name().equals(leader)).forEach(OperatorReplica::kill);
            await().atMost(SOON).pollInterval(Duration.ofMillis(20)).until(() -> !leader.equals(control.leader()));
            long led = System.nanoTime();
            serve("r1p1", "n1p1", "n2p1", "n1p3");
            control.awaitConverged();
            long converged = System.nanoTime();
            traffic.close();
            System.out.println(
                    "standby leads after " + (led - killed) / 1_000_000 + " ms, all nodes have its list after "
                            + (converged - killed) / 1_000_000 + " ms, "
                            + traffic.answers().size() + " requests, "
                            + traffic.failures().size() + " failed");
            assertThat(traffic.failures()).isEmpty();
        }
        assertLanding();
    }

    /** Kubernetes says all the while that its pods are ready: their node's peers and its stream know better. */
    @Test
    void aNodeThatDiesGetsNoNewFlowsUntilItIsBack() throws Exception {
        replicas = control.operators("a");
        serve("r1p1", "n1p1", "n2p1");
        control.awaitConverged();
        assertThat(nodesWithNewFlows()).containsExactly("n1", "n2", "r1");

        long killed = System.nanoTime();
        control.lab().agent("n2").kill();
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> nodesWithNewFlows().equals(Set.of("n1", "r1")));
        System.out.println("a dead node's servers are out after " + (System.nanoTime() - killed) / 1_000_000 + " ms");

        control.lab().start("n2");
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> nodesWithNewFlows().equals(Set.of("n1", "n2", "r1")));
        control.awaitConverged();
        assertLanding();
    }

    /** The nodes of the servers that take new flows, by what r1 forwards by. */
    private static Set<String> nodesWithNewFlows() {
        Snapshot snapshot = control.lab().stored("r1");
        Set<String> taking = RealControl.takingFlows(snapshot);
        return RealControl.owners(snapshot)
                .filter(server -> taking.contains(server.identity()))
                .map(Server::node)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** These and no others are ready; the decoy stays what it is. */
    private static void serve(String... names) {
        Set<String> wanted = Stream.of(names).collect(Collectors.toSet());
        WebEndpoints endpoints = control.endpoints();
        for (Pod pod : control.lab().pods()) {
            boolean there = endpoints.pods().contains(pod);
            if (wanted.contains(pod.name()) && !there) {
                endpoints.create(pod).ready(pod);
            } else if (!wanted.contains(pod.name()) && there && !pod.name().equals(DECOY)) {
                endpoints.remove(pod);
            }
        }
        endpoints.write();
    }

    private static void assertLanding() throws IOException {
        for (String node : nodes()) {
            new Landing(control.lab().state(node), WebEndpoints::labPod)
                    .check(
                            control.lab().client(),
                            Stream.of(Topology.vipIpv4(0), Topology.vipIpv6(0))
                                    .flatMap(vip -> random.next(vip, WebSnapshots.PORT, 20).stream())
                                    .toList());
        }
        assertThat(control.lab().agents()).allMatch(DataPlaneProcess::isReady);
    }
}

package dev.hashlb.e2e.control;

import static dev.hashlb.e2e.control.WebSnapshots.prepared;
import static dev.hashlb.e2e.control.WebSnapshots.serving;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.core.digest.SnapshotDigest;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.lab.Topology;
import dev.hashlb.e2e.suite.Client.Ends;
import dev.hashlb.e2e.suite.RandomEnds;
import dev.hashlb.protocol.v1alpha1.Answer;
import dev.hashlb.protocol.v1alpha1.Nack;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three nodes run by {@code hashlb agent}, real packets, and an operator that does what each test says. */
@Timeout(120)
class ControlledNodesIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int FLOWS_EACH = 25;
    /** Long enough for a loaded machine to dial twice, short enough to wait for. */
    private static final Duration SHORT_LIFE = Duration.ofSeconds(9);

    private static ControlledLab lab;
    private static WebSnapshots snapshots;
    private static RandomEnds random;
    private static TestAuthority authority;

    private ScriptedOperator operator;

    @BeforeAll
    static void open() {
        lab = ControlledLab.open(t -> t.router("r1", 1).node("n1", 2).node("n2", 2));
        snapshots = new WebSnapshots(lab.topology());
        random = new RandomEnds(lab.topology(), 441);
        authority = new TestAuthority();
        for (LabNode node : lab.topology().nodes()) {
            lab.mount(node.name(), authority.pem(), ScriptedOperator.tokenOf(node.name()));
            lab.start(node.name());
        }
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    @BeforeEach
    void startOperator() throws Exception {
        beginOperator();
    }

    @AfterEach
    void stopOperator() throws Exception {
        operator.close();
    }

    private void beginOperator() throws IOException {
        operator = new ScriptedOperator(authority);
        lab.operator().leadTo(List.of(operator.address()));
    }

    private static List<String> nodes() {
        return lab.topology().nodes().stream().map(LabNode::name).toList();
    }

    private static Pod pod(String name) {
        return lab.topology().pod(name);
    }

    private static Server[] all(long joined) {
        return lab.pods().stream().map(pod -> serving(pod, joined)).toArray(Server[]::new);
    }

    /** A snapshot of all pods, which all nodes have taken whole and stored. */
    private Snapshot begin() throws InterruptedException {
        Snapshot first = snapshots.web(1, all(1));
        operator.offer(first);
        for (String node : nodes()) {
            assertThat(operator.stream(node).answer().hasAck()).as(node).isTrue();
            assertStored(node, first);
        }
        return first;
    }

    /** Sends the difference to all nodes, and returns their answers. */
    private List<Answer> change(Snapshot from, Snapshot to) throws InterruptedException {
        operator.offer(to);
        for (String node : nodes()) {
            operator.stream(node).send(operator.difference(from, to));
        }
        List<Answer> answers = new ArrayList<>();
        for (String node : nodes()) {
            answers.add(operator.stream(node).answer());
        }
        return answers;
    }

    private static void assertAcknowledged(List<Answer> answers, Snapshot snapshot) {
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.hasAck()).as("%s", answer).isTrue();
            assertThat(answer.getAck().getProblemsList()).isEmpty();
            assertThat(answer.getApplied().getVersion()).isEqualTo(snapshot.version());
            assertThat(answer.getApplied().getDigest()).isEqualTo(SnapshotDigest.of(snapshot));
        });
    }

    /** A node answers before its disk has the list: whoever reads the state folder waits for it. */
    private static void assertStored(String node, Snapshot snapshot) {
        await().atMost(SOON).untilAsserted(() -> assertThat(lab.stored(node)).isEqualTo(snapshot));
    }

    /** Fresh flows to both VIPs land where trace says, asked of the state folder of each node once it has the list. */
    private static Set<String> landing(Snapshot snapshot) throws IOException {
        Set<String> pods = new java.util.TreeSet<>();
        for (String node : nodes()) {
            assertStored(node, snapshot);
            List<Ends> flows = Stream.of(Topology.vipIpv4(0), Topology.vipIpv6(0))
                    .flatMap(vip -> random.next(vip, WebSnapshots.PORT, FLOWS_EACH).stream())
                    .toList();
            pods.addAll(new Landing(lab.state(node), UnaryOperator.identity()).check(lab.client(), flows));
        }
        return pods;
    }

    private static Set<String> names(Pod... pods) {
        return new java.util.TreeSet<>(Stream.of(pods).map(Pod::name).toList());
    }

    @Test
    void trafficFollowsTheListAsItIsPushed() throws Exception {
        Pod late = pod("n2p2");
        Server[] four = lab.pods().stream()
                .filter(pod -> !pod.equals(late))
                .map(pod -> serving(pod, 1))
                .toArray(Server[]::new);
        Snapshot before = snapshots.web(1, four);
        operator.offer(before);
        for (String node : nodes()) {
            assertAcknowledged(List.of(operator.stream(node).answer()), before);
        }
        assertThat(landing(before)).isEqualTo(names(pod("r1p1"), pod("n1p1"), pod("n1p2"), pod("n2p1")));

        Snapshot made = snapshots.web(1, with(four, prepared(late)));
        assertAcknowledged(change(before, made), made);
        assertThat(landing(made)).doesNotContain(late.name());

        Snapshot joined = snapshots.web(2, with(four, serving(late, 2)));
        assertAcknowledged(change(made, joined), joined);
        assertThat(landing(joined)).hasSize(5).contains(late.name());

        Snapshot alone = snapshots.web(3, serving(late, 2));
        assertAcknowledged(change(joined, alone), alone);
        assertThat(landing(alone)).isEqualTo(names(late));
    }

    private static Server[] with(Server[] servers, Server more) {
        return Stream.concat(Stream.of(servers), Stream.of(more)).toArray(Server[]::new);
    }

    @Test
    void aDifferenceThatDoesNotAddUpIsRefusedAndTheWholeIsTaken() throws Exception {
        Snapshot before = begin();
        Snapshot next = snapshots.web(2, serving(pod("n1p1"), 1));
        ScriptedStream stream = operator.stream("r1");

        SnapshotChange lost = operator.difference(before, next).toBuilder()
                .setDigest(SnapshotDigest.of(before))
                .build();
        stream.send(lost);

        Answer refusal = stream.answer();
        assertThat(refusal.getNonce()).isEqualTo(lost.getNonce());
        assertThat(refusal.getNack().getCode()).isEqualTo(Nack.Code.DIGEST_MISMATCH);
        assertThat(refusal.getNack().getReason()).contains("send the whole snapshot");
        assertThat(refusal.getApplied().getVersion()).isEqualTo(before.version());
        assertThat(landing(before)).hasSize(lab.pods().size());

        stream.send(operator.whole(next));
        assertAcknowledged(List.of(stream.answer()), next);
        assertStored("r1", next);
    }

    @Test
    void aForbiddenAddressIsRefusedByTheNodeThatHasItAndNothingChangesThere() throws Exception {
        Snapshot before = begin();
        String own = lab.topology().node("n1").ipv6();
        Snapshot bad = snapshots.web(List.of(own), 2, all(1));

        List<Answer> answers = change(before, bad);

        Answer refusal = answers.get(nodes().indexOf("n1"));
        assertThat(refusal.getNack().getCode()).isEqualTo(Nack.Code.FORBIDDEN_ADDRESS);
        assertThat(refusal.getNack().getReason()).contains("default/web", own, "n1");
        assertThat(refusal.getNack().getBalancer().getName()).isEqualTo("web");
        assertThat(lab.stored("n1")).isEqualTo(before);
        assertThat(lab.agent("n1").metrics().sum("hashlb_control_nacks_total", "code=\"forbidden_address\""))
                .isPositive();

        Snapshot good = snapshots.web(3, all(1));
        for (String node : nodes()) {
            operator.stream(node).send(operator.whole(good));
            assertAcknowledged(List.of(operator.stream(node).answer()), good);
        }
        assertThat(landing(good)).hasSize(lab.pods().size());
    }

    @Test
    void nodesForwardOnWithoutTheirOperatorAndTakeUpWithTheNextOne() throws Exception {
        Snapshot before = begin();

        operator.close();
        for (DataPlaneProcess agent : lab.agents()) {
            await().atMost(SOON).until(() -> agent.metrics().sum("hashlb_control_connected") == 0);
        }
        assertThat(landing(before)).hasSize(lab.pods().size());
        assertThat(lab.agents()).allMatch(DataPlaneProcess::isReady);

        beginOperator();
        Snapshot after = snapshots.web(2, serving(pod("n1p2"), 1));
        operator.offer(after);
        for (String node : nodes()) {
            ScriptedStream stream = operator.stream(node);
            assertThat(stream.hello().getApplied().getVersion()).isEqualTo(before.version());
            assertThat(stream.hello().getApplied().getDigest()).isEqualTo(SnapshotDigest.of(before));
            assertAcknowledged(List.of(stream.answer()), after);
        }
        assertThat(landing(after)).isEqualTo(names(pod("n1p2")));
    }

    @Test
    void aKilledAgentStartsFromItsStoredSnapshotWithoutAnOperator() throws Exception {
        Snapshot before = begin();
        operator.close();

        for (String node : List.of("r1", "n1")) {
            lab.agent(node).kill();
            lab.start(node).awaitReady();
        }
        assertThat(lab.agent("r1").metrics().sum("hashlb_control_connected")).isZero();
        assertThat(lab.agent("r1").metrics().sum("hashlb_control_applied_version"))
                .isEqualTo((double) before.version());
        assertThat(landing(before)).hasSize(lab.pods().size());

        beginOperator();
        Snapshot after = snapshots.web(2, serving(pod("n1p1"), 1), serving(pod("r1p1"), 1));
        operator.offer(after);
        for (String node : nodes()) {
            assertAcknowledged(List.of(operator.stream(node).answer()), after);
        }
        assertThat(landing(after)).isEqualTo(names(pod("n1p1"), pod("r1p1")));
    }

    /** As after a node's start: its pods are in other namespaces, and one has the address that a server had. */
    @Test
    void aListOnDiskPutsNothingIntoThePodThatHasAServersOldAddress() throws Exception {
        Pod server = pod("n1p1");
        Pod other = pod("n1p2");
        Snapshot before = snapshots.web(1, serving(server, 1), serving(pod("r1p1"), 1));
        operator.offer(before);
        for (String node : nodes()) {
            assertThat(operator.stream(node).answer().hasAck()).as(node).isTrue();
            assertStored(node, before);
        }
        operator.close();
        lab.agent("n1").kill();
        lab.removePod(server);
        inside(other, "ip addr add %s/32 dev eth0".formatted(server.ipv4()));
        inside(other, "ip addr add %s/128 dev eth0".formatted(server.ipv6()));
        try {
            lab.start("n1").awaitReady();
            await().atMost(SOON).until(() -> lab.agent("n1").log().contains("waiting for the operator's list"));

            assertNothingOfOursIn(other);
        } finally {
            inside(other, "ip addr del %s/32 dev eth0".formatted(server.ipv4()));
            inside(other, "ip addr del %s/128 dev eth0".formatted(server.ipv6()));
            lab.returnPod(server);
        }
        beginOperator();
        begin();
    }

    @Test
    void aPodThatAListNamedByMistakeIsPutBackAsItWas() throws Exception {
        Pod server = pod("n1p1");
        Pod other = pod("n1p2");
        Snapshot mistaken = snapshots.web(1, WebSnapshots.servingAt(other, server, 1));
        operator.offer(mistaken);
        for (String node : nodes()) {
            assertThat(operator.stream(node).answer().hasAck()).as(node).isTrue();
        }
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(inside(other, "ip addr show dev hashlb0"))
                        .as("what another test had there is gone, and this one's is there")
                        .contains("UP"));
        assertThat(inside(other, "ip addr show dev lo")).contains(Topology.vipIpv4(0), Topology.vipIpv6(0));

        Snapshot right = snapshots.web(1, serving(server, 1));
        assertAcknowledged(change(mistaken, right), right);

        assertThat(landing(right)).isEqualTo(names(server));
        await().atMost(SOON).untilAsserted(() -> assertNothingOfOursIn(other));

        operator.close();
        lab.agent("n1").kill();
        lab.start("n1").awaitReady();
        assertThat(landing(right)).as("by the list on disk").isEqualTo(names(server));
    }

    private static void assertNothingOfOursIn(Pod pod) {
        assertThat(inside(pod, "ip addr")).doesNotContain(Topology.vipIpv4(0), Topology.vipIpv6(0), "hashlb");
        assertThat(inside(pod, "nft list ruleset")).doesNotContain("hashlb");
        assertThat(inside(pod, "ip rule")).doesNotContain("77");
    }

    private static String inside(Pod pod, String words) {
        return Command.runIn(pod.namespace(), words.split(" ", -1));
    }

    @Test
    void aPodThatComesLateIsReportedWithoutAnotherChange() throws Exception {
        Pod late = pod("n2p1");
        Snapshot before = snapshots.web(1, serving(pod("n2p2"), 1));
        operator.offer(before);
        ScriptedStream stream = operator.stream("n2");
        assertAcknowledged(List.of(stream.answer()), before);
        lab.removePod(late);
        Snapshot snapshot = snapshots.web(1, all(1));
        operator.offer(snapshot);
        stream.send(operator.difference(before, snapshot));

        assertThat(stream.answer().getAck().getProblemsList()).singleElement().satisfies(problem -> {
            assertThat(problem.getIdentity()).isEqualTo("uid-of-" + late.name());
            assertThat(problem.getReason()).contains(late.ipv4());
        });
        assertThat(lab.agent("n2").metrics().sum("hashlb_pods_pending")).isEqualTo(1);

        lab.returnPod(late);
        await().atMost(SOON).until(() -> stream.report().getProblemsList().isEmpty());
        assertThat(lab.agent("n2").metrics().sum("hashlb_pods_pending")).isZero();
    }

    /** A second stream means a second certificate: before that is due, the first stream is left alone. */
    @Test
    void aCertificateIsRenewedOnAStreamOfItsOwn() throws Exception {
        lab.agent("n1").kill();
        operator.close();
        beginOperator();
        operator.certificatesLive(SHORT_LIFE);
        lab.start("n1");
        begin();
        ScriptedStream first = operator.stream("n1");

        await().atMost(SOON).until(() -> operator.stream("n1") != first);

        ScriptedStream second = operator.stream("n1");
        assertThat(second.answer().hasAck()).isTrue();
        await().atMost(SOON).until(first::hasEnded);
        assertThat(operator.issued().stream().filter("n1"::equals)).hasSizeGreaterThanOrEqualTo(2);
    }
}

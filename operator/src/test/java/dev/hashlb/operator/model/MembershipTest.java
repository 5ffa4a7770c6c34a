package dev.hashlb.operator.model;

import static dev.hashlb.operator.model.Cluster.WEB;
import static dev.hashlb.operator.model.Cluster.balancer;
import static dev.hashlb.operator.model.Cluster.server;
import static dev.hashlb.operator.model.Cluster.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.operator.model.NodeState.ServerKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Make before break, and what stays of it. */
class MembershipTest {
    private final Cluster cluster = Cluster.ofNodes(2);

    MembershipTest() {
        cluster.declare(WEB, spec().done());
    }

    @Test
    void serverTakesFlowsOnlyWhenItsHostHasAcknowledgedIt() {
        cluster.pod(1, "n1", true);
        assertThat(server(cluster.plan(), 1).prepared()).isTrue();
        cluster.answers.computeIfPresent("n2", (n, s) -> s.acknowledged(cluster.version, Map.of(), Map.of()));
        assertThat(server(cluster.plan(), 1).prepared())
                .as("another node's answer does not count")
                .isTrue();
        cluster.acknowledge();
        assertThat(server(cluster.plan(), 1).intervals()).containsExactly(Interval.open(1, 2));
    }

    @Test
    void acknowledgementOfAnEarlierVersionDoesNotCount() {
        cluster.plan();
        long earlier = cluster.version;
        cluster.pod(1, "n1", true);
        cluster.plan();
        cluster.answers.computeIfPresent("n1", (n, s) -> s.acknowledged(earlier, Map.of(), Map.of()));
        assertThat(server(cluster.plan(), 1).prepared()).isTrue();
    }

    @Test
    void podThatIsNotReadyIsPreparedAheadSoThatItTakesFlowsAtOnce() {
        cluster.pod(1, "n1", false);
        cluster.plan();
        cluster.acknowledge();
        assertThat(server(cluster.plan(), 1).prepared()).isTrue();
        cluster.pod(1, "n1", true);
        assertThat(server(cluster.plan(), 1).prepared()).isFalse();
    }

    @Test
    void silentHostIsWaitedForTwoSecondsAndThenTold() {
        cluster.pod(1, "n1", true);
        Plan first = cluster.plan();
        assertThat(first.wakeAtMillis()).isEqualTo(OptionalLong.of(cluster.millis + 2000));
        cluster.millis += 1999;
        assertThat(server(cluster.plan(), 1).prepared()).isTrue();
        cluster.millis += 1;
        Plan late = cluster.plan();
        assertThat(server(late, 1).prepared()).isFalse();
        assertThat(late.events())
                .anyMatch(e -> e.reason().equals(PlanEvent.SERVER_UNACKNOWLEDGED)
                        && e.message().contains("web-1"));
        assertThat(late.wakeAtMillis()).isEmpty();
    }

    @Test
    void hostThatIsNotConnectedIsWaitedForWithoutEnd() {
        cluster.answers.put("n1", NodeState.UNKNOWN);
        cluster.pod(1, "n1", true);
        assertThat(cluster.plan().wakeAtMillis()).isEqualTo(OptionalLong.of(cluster.millis + 2000));
        cluster.millis += 10_000;
        Plan late = cluster.plan();
        assertThat(server(late, 1).prepared()).isTrue();
        assertThat(late.events())
                .anyMatch(e -> e.reason().equals(PlanEvent.SERVER_NOT_SET_UP)
                        && e.message().contains("web-1")
                        && e.message().contains("node n1: no data plane of it is connected"));

        cluster.answers.computeIfPresent("n1", (n, s) -> s.withConnected(true));
        cluster.acknowledge();
        assertThat(server(cluster.plan(), 1).prepared()).isFalse();
    }

    @Test
    void patienceBeginsWhenThePodIsReady() {
        cluster.pod(1, "n1", false);
        cluster.plan();
        cluster.millis += 60_000;
        cluster.pod(1, "n1", true);
        assertThat(server(cluster.plan(), 1).prepared()).isTrue();
    }

    @Test
    void hostThatCannotServeIsBelievedUntilItCan() {
        cluster.pod(1, "n1", true);
        cluster.plan();
        ServerKey key = new ServerKey(WEB, Cluster.uid(1));
        cluster.answers.computeIfPresent(
                "n1", (n, s) -> s.acknowledged(cluster.version, Map.of(key, "no pod with this address"), Map.of()));
        cluster.millis += 10_000;
        Plan refused = cluster.plan();
        assertThat(server(refused, 1).prepared()).isTrue();
        assertThat(refused.events())
                .anyMatch(e -> e.reason().equals(PlanEvent.SERVER_NOT_SET_UP)
                        && e.message().contains("no pod with this address"));
        cluster.answers.computeIfPresent("n1", (n, s) -> s.reported(Map.of(), Set.of()));
        assertThat(server(cluster.plan(), 1).prepared()).isFalse();
    }

    @Test
    void drainingServerLeavesTheListAndGoesWithItsPod() {
        cluster.pod(1, "n1", true);
        cluster.pod(2, "n2", true);
        long generation = balancer(cluster.settle(), WEB).generation();
        cluster.pod(1, "n1", true, true, Map.of());
        Plan draining = cluster.plan();
        assertThat(server(draining, 1).intervals().getLast().left()).isEqualTo(OptionalLong.of(generation + 1));
        assertThat(draining.statuses().get(WEB).servers()).isEqualTo(1);
        cluster.removePod(1);
        Plan gone = cluster.plan();
        assertThat(balancer(gone, WEB).servers()).extracting(Server::name).containsExactly("web-2");
        assertThat(balancer(gone, WEB).generation()).isEqualTo(generation + 2);
    }

    @Test
    void flappingServerKeepsAtMostEightIntervalsAndItsOldestJoined() {
        cluster.pod(1, "n1", true);
        long joined = server(cluster.settle(), 1).intervals().getFirst().joined();
        for (int i = 0; i < 20; i++) {
            cluster.pod(1, "n1", false);
            cluster.plan();
            cluster.pod(1, "n1", true);
            cluster.plan();
        }
        List<Interval> intervals = server(cluster.plan(), 1).intervals();
        assertThat(intervals).hasSize(8);
        assertThat(intervals.getFirst().joined()).isEqualTo(joined);
        assertThat(intervals.getLast().left()).isEmpty();
    }

    @Test
    void nothingChangesTheGenerationButTheList() {
        cluster.pod(1, "n1", true);
        long generation = balancer(cluster.settle(), WEB).generation();
        cluster.pod(2, "n1", false);
        assertThat(balancer(cluster.plan(), WEB).generation())
                .as("a Prepared server is not in the list")
                .isEqualTo(generation);
        assertThat(balancer(cluster.settle(), WEB).generation()).isEqualTo(generation);
    }

    @Test
    void restartedOperatorGoesOnWithIntervalsAndGeneration() {
        cluster.pod(1, "n1", true);
        cluster.pod(2, "n2", true);
        cluster.settle();
        cluster.pod(1, "n1", false);
        var before = balancer(cluster.settle(), WEB);
        cluster.restartOperator();
        var after = balancer(cluster.plan(), WEB);
        assertThat(after).isEqualTo(before);
    }

    @Test
    void listIsOrderedByLastJoinedThenByIdentityAndPreparedOnesAreLast() {
        cluster.pod(3, "n1", true);
        cluster.settle();
        cluster.pod(2, "n1", true);
        cluster.pod(1, "n1", true);
        cluster.settle();
        cluster.pod(3, "n1", false);
        cluster.plan();
        cluster.pod(3, "n1", true);
        cluster.pod(0, "n1", false);
        assertThat(balancer(cluster.plan(), WEB).servers())
                .extracting(Server::name)
                .containsExactly("web-1", "web-2", "web-3", "web-0");
    }

    /** Whatever happens, in whatever order, with restarts and lost answers. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void invariantsHoldUnderAnyHistory(long seed) {
        Random random = new Random(seed);
        long generation = 0;
        Set<String> everAcknowledged = new HashSet<>();
        for (int step = 0; step < 400; step++) {
            int pod = random.nextInt(6);
            switch (random.nextInt(8)) {
                case 0, 1 -> cluster.pod(pod, "n" + (1 + pod % 2), true);
                case 2 -> cluster.pod(pod, "n" + (1 + pod % 2), false);
                case 3 -> cluster.pod(pod, "n" + (1 + pod % 2), false, true, Map.of());
                case 4 -> {
                    cluster.removePod(pod);
                    everAcknowledged.remove(Cluster.uid(pod));
                }
                case 5 -> cluster.restartOperator();
                default -> {
                    cluster.acknowledge();
                    cluster.state.waiting().keySet().forEach(k -> everAcknowledged.add(k.identity()));
                }
            }
            var ledgerBefore = cluster.state.ledger().entries().get(WEB);
            Plan plan = cluster.plan();
            var web = balancer(plan, WEB);
            assertThat(web.generation()).as("generation never goes back").isGreaterThanOrEqualTo(generation);
            for (Server server : web.servers()) {
                assertThat(server.intervals()).hasSizeLessThanOrEqualTo(Server.MAX_INTERVALS);
                checkOrder(server.intervals(), web.generation());
                assertThat(server.prepared() || everAcknowledged.contains(server.identity()))
                        .as("%s takes flows only after its host knew it", server)
                        .isTrue();
            }
            var entry = plan.next().ledger().entries().get(WEB);
            if (ledgerBefore != null && !ledgerBefore.servers().equals(entry.servers())) {
                assertThat(web.generation()).isEqualTo(ledgerBefore.generation() + 1);
            }
            assertThat(cluster.plan().snapshot())
                    .as("the same again gives the same")
                    .isEqualTo(plan.snapshot());
            generation = web.generation();
        }
    }

    private static void checkOrder(List<Interval> intervals, long generation) {
        List<Long> edges = new ArrayList<>();
        for (Interval interval : intervals) {
            edges.add(interval.joined());
            interval.left().ifPresent(edges::add);
        }
        assertThat(edges).isSorted();
        assertThat(edges.stream().mapToLong(e -> e).max().orElse(0)).isLessThanOrEqualTo(generation);
    }
}

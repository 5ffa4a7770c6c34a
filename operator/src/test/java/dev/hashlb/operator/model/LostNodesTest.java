package dev.hashlb.operator.model;

import static dev.hashlb.operator.model.Cluster.WEB;
import static dev.hashlb.operator.model.Cluster.balancer;
import static dev.hashlb.operator.model.Cluster.spec;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Five nodes with one server each, and what is planned when some are not heard any more. */
class LostNodesTest {
    private final Cluster cluster = Cluster.ofNodes(5);

    LostNodesTest() {
        cluster.declare(WEB, spec().done());
        for (int i = 1; i <= 5; i++) {
            cluster.pod(i, "n" + i, true);
        }
        cluster.settle();
    }

    private void streamsEnd(String... nodes) {
        for (String node : nodes) {
            cluster.answers.computeIfPresent(node, (n, s) -> s.withConnected(false));
        }
    }

    private void doNotHear(List<String> witnesses, String... lost) {
        witnesses.forEach(w -> cluster.answers.computeIfPresent(w, (n, s) -> s.reported(Map.of(), Set.of(lost))));
    }

    /** The nodes whose servers take new flows. */
    private List<String> taking(Plan plan) {
        var web = balancer(plan, WEB);
        return web.servers().stream()
                .filter(s -> s.intervalAt(web.generation()).isPresent())
                .map(s -> s.node())
                .sorted()
                .toList();
    }

    private static Stream<PlanEvent> lostEvents(Plan plan) {
        return plan.events().stream().filter(e -> e.reason().equals(PlanEvent.NODE_LOST));
    }

    @Test
    void nodeWhoseStreamIsGoneAndThatTwoPeersDoNotHearTakesNoNewFlows() {
        streamsEnd("n5");
        doNotHear(List.of("n1", "n2"), "n5");
        Plan plan = cluster.plan();
        assertThat(taking(plan)).containsExactly("n1", "n2", "n3", "n4");
        assertThat(balancer(plan, WEB).servers())
                .as("it drains, in case its connections live")
                .hasSize(5);
        assertThat(lostEvents(plan))
                .singleElement()
                .satisfies(e -> assertThat(e.message()).contains("node n5"));
        assertThat(lostEvents(cluster.plan())).as("told once").isEmpty();
    }

    @Test
    void aStreamThatEndsAloneMeansNothing() {
        streamsEnd("n5");
        assertThat(taking(cluster.plan())).hasSize(5);
    }

    @Test
    void aNodeThatIsNotHeardButConnectedIsNotLost() {
        doNotHear(List.of("n1", "n2", "n3", "n4"), "n5");
        assertThat(taking(cluster.plan())).hasSize(5);
    }

    @Test
    void onePeerMayBeTheOneThatIsCutOff() {
        streamsEnd("n5");
        doNotHear(List.of("n1"), "n5");
        assertThat(taking(cluster.plan())).hasSize(5);
    }

    @Test
    void whoIsNotConnectedItselfIsNoWitness() {
        doNotHear(List.of("n1", "n2"), "n5");
        streamsEnd("n2", "n5");
        assertThat(taking(cluster.plan())).hasSize(5);
    }

    @Test
    void thatMoreThanHalfVanishAtOnceIsNotBelieved() {
        streamsEnd("n3", "n4", "n5");
        doNotHear(List.of("n1", "n2"), "n3", "n4", "n5");
        Plan plan = cluster.plan();
        assertThat(taking(plan)).hasSize(5);
        assertThat(lostEvents(plan))
                .singleElement()
                .satisfies(e -> assertThat(e.message()).contains("more than half", "n3, n4, n5"));
    }

    @Test
    void whoWasLostBeforeStaysSoWhenManyFollow() {
        streamsEnd("n5");
        doNotHear(List.of("n1", "n2"), "n5");
        cluster.plan();
        streamsEnd("n3", "n4");
        doNotHear(List.of("n1", "n2"), "n3", "n4", "n5");
        assertThat(taking(cluster.plan())).containsExactly("n1", "n2", "n3", "n4");
    }

    @Test
    void aWitnessThatGoesDoesNotBringTheDeadToLife() {
        streamsEnd("n5");
        doNotHear(List.of("n1", "n2"), "n5");
        cluster.plan();
        streamsEnd("n1", "n2");
        assertThat(taking(cluster.plan())).containsExactly("n1", "n2", "n3", "n4");
    }

    @Test
    void aNodeThatIsBackTakesFlowsAgain() {
        streamsEnd("n5");
        doNotHear(List.of("n1", "n2"), "n5");
        cluster.plan();
        cluster.answers.computeIfPresent("n5", (n, s) -> s.withConnected(true));
        cluster.acknowledge();
        assertThat(taking(cluster.settle())).hasSize(5);
    }

    @Test
    void aNodeThatNeverHadADataPlaneCannotBeLost() {
        cluster.answers.remove("n5");
        doNotHear(List.of("n1", "n2", "n3"), "n5");
        assertThat(taking(cluster.plan())).hasSize(5);
    }

    @Test
    void aNodeThatDiedWithTheOperatorThatLedIsLostToTheNextOne() {
        cluster.dataPlanes.addAll(List.of("n1", "n2", "n3", "n4", "n5"));
        cluster.answers.remove("n5");
        doNotHear(List.of("n1", "n2"), "n5");
        assertThat(taking(cluster.plan())).containsExactly("n1", "n2", "n3", "n4");
    }

    @Test
    void thoseThatHaveNotConnectedYetCountAmongTheNodesOfWhichNoMoreThanHalfAreLost() {
        cluster.dataPlanes.addAll(List.of("n1", "n2", "n3", "n4", "n5"));
        List.of("n3", "n4", "n5").forEach(cluster.answers::remove);
        doNotHear(List.of("n1", "n2"), "n4", "n5");
        assertThat(taking(cluster.plan())).containsExactly("n1", "n2", "n3");
    }
}

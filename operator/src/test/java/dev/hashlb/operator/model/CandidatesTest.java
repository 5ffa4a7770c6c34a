package dev.hashlb.operator.model;

import static dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus.SERVERS_READY;
import static dev.hashlb.operator.model.Cluster.WEB;
import static dev.hashlb.operator.model.Cluster.addresses;
import static dev.hashlb.operator.model.Cluster.balancer;
import static dev.hashlb.operator.model.Cluster.condition;
import static dev.hashlb.operator.model.Cluster.port;
import static dev.hashlb.operator.model.Cluster.server;
import static dev.hashlb.operator.model.Cluster.spec;
import static dev.hashlb.operator.model.Cluster.uid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.select.Identity;
import dev.hashlb.core.snapshot.Server;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which endpoints become servers, and what a person is told of the others. */
class CandidatesTest {
    private static final String V4 = "198.51.100.10";
    private static final String V6 = "2001:db8:51::10";

    private final Cluster cluster = Cluster.ofNodes(2);

    private static Endpoint endpoint(int number, String node, Map<String, Integer> ports, String... addresses) {
        return new Endpoint("web-" + number, uid(number), node, addresses(addresses), true, false, ports);
    }

    private void assertRefused(Plan plan, String who, String... says) {
        assertThat(plan.events())
                .filteredOn(e -> e.reason().equals(PlanEvent.SERVER_REFUSED))
                .filteredOn(e -> e.message().startsWith(who + ": "))
                .singleElement()
                .satisfies(e -> assertThat(e.message()).contains(says));
    }

    @Test
    void dualStackPodIsOneServerWithAnAddressOfEachFamily() {
        cluster.declare(WEB, spec().addresses(V4, V6).done());
        cluster.endpoint(endpoint(1, "n1", Map.of(), "10.244.0.1"));
        cluster.endpoint(endpoint(1, "n1", Map.of(), "fd00::1"));
        cluster.endpoint(endpoint(2, "n2", Map.of(), "10.244.1.2"));
        Plan plan = cluster.settle();
        assertThat(balancer(plan, WEB).servers()).hasSize(2);
        assertThat(server(plan, 1).addresses()).isEqualTo(addresses("10.244.0.1", "fd00::1"));
        assertThat(server(plan, 1).families()).containsExactlyInAnyOrder(Family.IPV4, Family.IPV6);
        assertThat(server(plan, 2).families()).containsExactly(Family.IPV4);
        assertThat(condition(plan, WEB, SERVERS_READY).getStatus()).isEqualTo("True");
    }

    @Test
    void familyOfTheBalancerThatNoPodHasIsTold() {
        cluster.declare(WEB, spec().addresses(V4, V6).done());
        cluster.endpoint(endpoint(1, "n1", Map.of(), "10.244.0.1"));
        var ready = condition(cluster.settle(), WEB, SERVERS_READY);
        assertThat(ready.getReason()).isEqualTo("NoServersInFamily");
        assertThat(ready.getMessage()).contains("IPV6", "dual-stack");
    }

    @Test
    void podWithoutAnAddressOfTheBalancersFamilyIsRefused() {
        cluster.declare(WEB, spec().addresses(V6).done());
        cluster.endpoint(endpoint(1, "n1", Map.of(), "10.244.0.1"));
        Plan plan = cluster.settle();
        assertThat(balancer(plan, WEB).servers()).isEmpty();
        assertThat(condition(plan, WEB, SERVERS_READY).getMessage())
                .contains("pod web-1: it has no address of the balancer's families [IPV6]");
    }

    @Test
    void dualStackPodEndsAsSoonAsOneOfItsSlicesSaysSo() {
        cluster.declare(WEB, spec().addresses(V4, V6).done());
        cluster.endpoint(endpoint(1, "n1", Map.of(), "10.244.0.1"));
        cluster.endpoint(new Endpoint("web-1", uid(1), "n1", addresses("fd00::1"), true, true, Map.of()));
        assertThat(balancer(cluster.settle(), WEB).servers())
                .singleElement()
                .satisfies(s -> assertThat(s.prepared()).isTrue());
    }

    @Test
    void dualStackPodThatOneOfItsSlicesTakesForNotReadyGetsNoNewFlows() {
        cluster.declare(WEB, spec().addresses(V4, V6).done());
        cluster.endpoint(endpoint(1, "n1", Map.of(), "10.244.0.1"));
        cluster.endpoint(new Endpoint("web-1", uid(1), "n1", addresses("fd00::1"), false, false, Map.of()));
        assertThat(balancer(cluster.settle(), WEB).servers())
                .singleElement()
                .satisfies(s -> assertThat(s.prepared()).isTrue());
    }

    @Test
    void podInTheHostNetworkIsRefused() {
        cluster.declare(WEB, spec().done());
        cluster.endpoint(endpoint(1, "n2", Map.of(), "10.9.0.2"));
        Plan plan = cluster.plan();
        assertThat(balancer(plan, WEB).servers()).isEmpty();
        assertRefused(plan, "pod web-1", "host network", "run it without hostNetwork");
        assertThat(condition(plan, WEB, SERVERS_READY).getMessage()).contains("host network");
    }

    @Test
    void whatIsNoPodOrOnNoKnownNodeIsRefused() {
        cluster.declare(WEB, spec().done());
        cluster.endpoint(new Endpoint("", "", "n1", addresses("192.0.2.9"), true, false, Map.of()));
        cluster.endpoint(endpoint(1, "", Map.of(), "10.244.0.1"));
        cluster.endpoint(endpoint(2, "n9", Map.of(), "10.244.0.2"));
        Plan plan = cluster.plan();
        assertThat(balancer(plan, WEB).servers()).isEmpty();
        assertRefused(plan, "endpoint 192.0.2.9", "only pods can be servers");
        assertRefused(plan, "pod web-1", "wait until it is scheduled");
        assertRefused(plan, "pod web-2", "node n9", "InternalIP");
    }

    @Test
    void namedPortIsTheNumberThatMostPodsGiveItAndTheOthersAreRefused() {
        cluster.services.put(WEB, new ServicePorts(Map.of("http", "web-port")));
        cluster.declare(WEB, spec().ports(port(80, new IntOrString("http"))).done());
        cluster.endpoint(endpoint(1, "n1", Map.of("web-port", 8080), "10.244.0.1"));
        cluster.endpoint(endpoint(2, "n1", Map.of("web-port", 8080), "10.244.0.2"));
        cluster.endpoint(endpoint(3, "n1", Map.of("web-port", 9090), "10.244.0.3"));
        cluster.endpoint(endpoint(4, "n1", Map.of(), "10.244.0.4"));
        Plan plan = cluster.plan();
        assertThat(balancer(plan, WEB).ports())
                .singleElement()
                .satisfies(p -> assertThat(p.targetPort()).isEqualTo(8080));
        assertThat(balancer(plan, WEB).servers()).extracting(Server::name).containsExactly("web-1", "web-2");
        assertRefused(plan, "pod web-3", "its port 'web-port' is 9090", "8080");
        assertRefused(plan, "pod web-4", "its port 'web-port' is missing", "8080");
    }

    @Test
    void nameThatNoPodKnowsWaitsAndResolvesWhenOneDoes() {
        cluster.declare(WEB, spec().ports(port(80, new IntOrString("http"))).done());
        Plan waiting = cluster.settle();
        assertThat(condition(waiting, WEB, SERVERS_READY).getReason()).isEqualTo("NoServers");
        cluster.endpoint(endpoint(1, "n1", Map.of("http", 8443), "10.244.0.1"));
        Plan resolved = cluster.settle();
        assertThat(balancer(resolved, WEB).ports().getFirst().targetPort()).isEqualTo(8443);
        assertThat(condition(resolved, WEB, SERVERS_READY).getStatus()).isEqualTo("True");
    }

    @Test
    void balancerHasAtMostFourThousandServersAndKeepsThoseThatItHas() {
        cluster.declare(WEB, spec().done());
        for (int i = 2; i <= 4001; i++) {
            cluster.endpoint(endpoint(i, "n1", Map.of(), "10.244." + i / 250 + "." + (1 + i % 250)));
        }
        Plan full = cluster.settle();
        assertThat(balancer(full, WEB).servers()).hasSize(4000);
        assertThat(full.statuses().get(WEB).servers()).isEqualTo(4000);
        // By its identity it would be the first of all.
        cluster.endpoint(endpoint(1, "n1", Map.of(), "10.244.200.1"));
        Plan plan = cluster.plan();
        assertThat(balancer(plan, WEB).servers())
                .hasSize(4000)
                .extracting(Server::identity)
                .doesNotContain(uid(1));
        assertRefused(plan, "pod web-1", "has 4000 servers already", "several balancers");
    }

    @Test
    void ofTwoPodsWithOneWireIdTheOneThatIsThereStays() {
        int[] twins = podsWithOneWireId();
        cluster.declare(WEB, spec().done());
        cluster.endpoint(endpoint(twins[1], "n1", Map.of(), "10.244.0.2"));
        cluster.settle();
        cluster.endpoint(endpoint(twins[0], "n1", Map.of(), "10.244.0.1"));
        Plan plan = cluster.plan();
        assertThat(balancer(plan, WEB).servers()).extracting(Server::identity).containsExactly(uid(twins[1]));
        assertRefused(plan, "pod web-" + twins[0], "same 32-bit wire id as pod web-" + twins[1], "delete the pod");
    }

    /** By the birthday paradox there are some among half a million. */
    private static int[] podsWithOneWireId() {
        Map<Integer, Integer> byWireId = new HashMap<>();
        for (int number = 0; number < 500_000; number++) {
            Integer same = byWireId.put(Identity.wireId(uid(number)), number);
            if (same != null) {
                return new int[] {same, number};
            }
        }
        throw new AssertionError("no two of 500,000 identities have one wire id");
    }

    @Test
    void whatIsRefusedComesWithTheFirstFewNamesOnly() {
        cluster.declare(WEB, spec().done());
        for (int i = 1; i <= 100; i++) {
            cluster.endpoint(endpoint(i, "n2", Map.of(), "10.9.0.2"));
        }
        List<PlanEvent> told = cluster.plan().events().stream()
                .filter(e -> e.reason().equals(PlanEvent.SERVER_REFUSED))
                .toList();
        assertThat(told).hasSize(5);
    }
}

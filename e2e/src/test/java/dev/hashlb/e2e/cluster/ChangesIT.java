package dev.hashlb.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.crds.v1alpha1.HashLoadBalancer;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Changes, wanted and not, while connections go on: none may fail. */
@Order(2)
@OnCluster
class ChangesIT {
    private static final int CONNECTIONS_PER_SECOND = 50;
    private static final int CONNECTIONS_PER_SECOND_WHILE_ROLLED = 200;
    private static final int LASTING_CONNECTIONS = 60;
    private static final int SERVERS = 3;
    private static final int ROLLED_SERVERS = 10;

    private final TestCluster cluster;
    private String router = "";
    private Web web = null;
    private Outside outside = null;

    ChangesIT(TestCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void install() {
        cluster.install();
        router = cluster.nodeNames().getFirst();
    }

    @BeforeEach
    void declare() {
        outside = Outside.routed(TestCluster.VIP, cluster.nodeAddress(router));
        if (web == null) {
            web = Web.create(cluster, "changes", TestCluster.VIP, SERVERS);
        }
    }

    @AfterEach
    void unroute() {
        outside.close();
    }

    /** Other cases have the address after these. */
    @AfterAll
    void remove() {
        if (web != null) {
            web.delete();
        }
    }

    @Test
    void rollingUpdateOfTheServersFailsNoConnection() {
        web.scale(ROLLED_SERVERS);
        Set<String> before = names(web.pods());
        try (Load load = new Load(TestCluster.VIP, 80, CONNECTIONS_PER_SECOND_WHILE_ROLLED)) {
            cluster.client()
                    .apps()
                    .deployments()
                    .inNamespace(TestCluster.NAMESPACE)
                    .withName("changes")
                    .rolling()
                    .restart();
            await("all servers new").atMost(TestCluster.CONVERGED_WITHIN).until(() -> {
                Set<String> now = names(web.pods());
                return now.size() == ROLLED_SERVERS && now.stream().noneMatch(before::contains);
            });
            web.awaitProgrammed(ROLLED_SERVERS);

            assertThat(load.failures()).isEmpty();
            assertThat(load.answered()).isPositive();
        } finally {
            web.scale(SERVERS);
        }
    }

    /** Servers join, and each data plane is stopped in order and comes back. */
    @Test
    void lastingConnectionsDoNotEnd() throws IOException {
        try (Conversations open = Conversations.open(TestCluster.VIP, 80, LASTING_CONNECTIONS)) {
            web.scale(2 * SERVERS);
            open.awaitAnswers();
            replaceDataPlanes();
            web.awaitProgrammed(2 * SERVERS);
            open.awaitAnswers();
            assertThat(open.broken()).isEmpty();
        } finally {
            web.scale(SERVERS);
        }
    }

    @Test
    void connectionsEndWithTheirServersOnlyAndAreTold() throws IOException {
        web.scale(2 * SERVERS);
        try (Conversations open = Conversations.open(TestCluster.VIP, 80, LASTING_CONNECTIONS)) {
            web.scale(SERVERS);
            await("others gone")
                    .atMost(TestCluster.CONVERGED_WITHIN)
                    .until(() -> web.pods().size() == SERVERS);
            Set<String> living = names(web.pods());
            open.awaitAnswers();
            assertThat(open.with(living))
                    .isNotEmpty()
                    .allMatch(each -> each.end().isEmpty());
            assertThat(open.without(living)).isNotEmpty();
            await("connections of ended servers told")
                    .atMost(Ask.PATIENCE)
                    .untilAsserted(() -> assertThat(open.without(living))
                            .allMatch(each -> each.end().contains("reset")
                                    || each.end().contains("closed by the server")
                                    || each.end().contains("Broken pipe")));
        } finally {
            web.scale(SERVERS);
        }
    }

    /** It serves on: so a pod looks whose readiness probe fails, or whose gate its operator shuts before it is upgraded. */
    @Test
    void podThatIsNotReadyKeepsItsConnectionsAndTakesNoNewOnes() throws IOException {
        Web gated = new Web(cluster, "gated", TestCluster.SECOND_VIP).declareGated(SERVERS);
        try (Outside toGated = Outside.routed(TestCluster.SECOND_VIP, cluster.nodeAddress(router))) {
            await("pods")
                    .atMost(TestCluster.CONVERGED_WITHIN)
                    .until(() -> gated.pods().size() == SERVERS);
            List<Pod> pods = gated.pods();
            pods.forEach(pod -> ReadinessGate.set(cluster.client(), pod, true));
            gated.awaitProgrammed(SERVERS);
            Set<String> shut = names(pods.subList(0, 1));
            try (Conversations before = Conversations.open(toGated.vip(), 80, LASTING_CONNECTIONS)) {
                assertThat(before.with(shut)).isNotEmpty();
                ReadinessGate.set(cluster.client(), pods.getFirst(), false);
                gated.awaitProgrammed(SERVERS - 1);
                try (Conversations after = Conversations.open(toGated.vip(), 80, LASTING_CONNECTIONS)) {
                    assertThat(after.with(shut)).isEmpty();
                    before.awaitAnswers();
                    ReadinessGate.set(cluster.client(), pods.getFirst(), true);
                    gated.awaitProgrammed(SERVERS);
                    after.awaitAnswers();
                    assertThat(after.broken()).isEmpty();
                }
                before.awaitAnswers();
                assertThat(before.broken()).isEmpty();
            }
        } finally {
            gated.delete();
        }
    }

    @Test
    void deletedOperatorFailsNoConnectionAndComesBack() {
        try (Load load = new Load(TestCluster.VIP, 80, CONNECTIONS_PER_SECOND)) {
            cluster.client()
                    .pods()
                    .inNamespace(Release.NAMESPACE)
                    .withLabel("app.kubernetes.io/component", "operator")
                    .withGracePeriod(0)
                    .delete();
            web.scale(SERVERS + 1);
            web.scale(SERVERS);
            cluster.awaitReady();

            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    void deletedDataPlaneFailsNoConnectionAndComesBack() {
        try (Load load = new Load(TestCluster.VIP, 80, CONNECTIONS_PER_SECOND)) {
            replaceDataPlanes();
            web.awaitProgrammed(SERVERS);

            assertThat(load.failures()).isEmpty();
        }
    }

    private void replaceDataPlanes() {
        for (String node : cluster.nodeNames()) {
            Pod old = cluster.dataPlaneOn(node);
            cluster.client().resource(old).delete();
            await("another data plane on " + node)
                    .atMost(TestCluster.CONVERGED_WITHIN)
                    .ignoreExceptions()
                    .until(() -> !cluster.dataPlaneOn(node)
                            .getMetadata()
                            .getUid()
                            .equals(old.getMetadata().getUid()));
            cluster.awaitReady();
        }
    }

    @Test
    void upgradeOfTheChartFailsNoConnection() {
        try (Load load = new Load(TestCluster.VIP, 80, CONNECTIONS_PER_SECOND)) {
            cluster.release().apply(cluster.values("second"));
            cluster.awaitReady();
            web.awaitProgrammed(SERVERS);

            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    void theOlderOfTwoBalancersWithOneAddressKeepsIt() {
        Web other = new Web(cluster, "younger", TestCluster.VIP);
        other.declare();
        try {
            assertThat(refusal("younger").getMessage()).contains(TestCluster.NAMESPACE + "/changes");
            web.awaitProgrammed(SERVERS);
        } finally {
            delete("younger");
        }
    }

    @Test
    void anAddressThatIsNotAllowedIsRefusedWithItsReason() {
        new Web(cluster, "forbidden", TestCluster.FORBIDDEN_VIP).declare();
        try {
            assertThat(refusal("forbidden").getMessage()).contains(TestCluster.FORBIDDEN_VIP, "allowedAddresses");
        } finally {
            delete("forbidden");
        }
    }

    @Test
    void aNodesAddressIsRefusedWithItsReason() {
        new Web(cluster, "captor", cluster.nodeAddress(router)).declare();
        try {
            assertThat(refusal("captor").getMessage()).contains(cluster.nodeAddress(router), "node " + router);
        } finally {
            delete("captor");
        }
    }

    private Condition refusal(String name) {
        await(name + " refused").atMost(TestCluster.CONVERGED_WITHIN).until(() -> {
            HashLoadBalancerStatus status = cluster.balancer(name).getStatus();
            return status != null
                    && status.conditions() != null
                    && !status.conditions().isEmpty();
        });
        List<Condition> conditions = cluster.balancer(name).getStatus().conditions();
        Condition accepted = conditions.stream()
                .filter(each -> each.getType().equals(HashLoadBalancerStatus.ACCEPTED))
                .findFirst()
                .orElseThrow();
        assertThat(accepted.getStatus()).isEqualTo("False");
        return accepted;
    }

    private void delete(String name) {
        cluster.client()
                .resources(HashLoadBalancer.class)
                .inNamespace(TestCluster.NAMESPACE)
                .withName(name)
                .delete();
    }

    private static Set<String> names(List<Pod> pods) {
        return pods.stream().map(pod -> pod.getMetadata().getName()).collect(Collectors.toSet());
    }
}

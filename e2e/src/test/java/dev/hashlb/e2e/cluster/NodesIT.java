package dev.hashlb.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Nodes that go away and come back. */
@Order(4)
@OnCluster
class NodesIT {
    private final TestCluster cluster;
    private String router = "";
    private String victim = "";
    private Web web = null;
    private Outside outside = null;

    NodesIT(TestCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void declare() {
        cluster.install();
        List<String> nodes = cluster.nodeNames();
        Assumptions.assumeTrue(nodes.size() > 1, "the cluster has one node only");
        router = nodes.getFirst();
        outside = Outside.routed(TestCluster.SECOND_VIP, cluster.nodeAddress(router));
        web = Web.create(cluster, "nodes", TestCluster.SECOND_VIP, 4);
    }

    /** Another node than the clients' router, with servers: the scheduler puts them where it likes. */
    @BeforeEach
    void chooseVictim() {
        victim = web.pods().stream()
                .map(pod -> pod.getSpec().getNodeName())
                .filter(node -> !node.equals(router))
                .findFirst()
                .orElseThrow();
    }

    @AfterAll
    void remove() {
        if (outside != null) {
            outside.close();
        }
        if (web != null) {
            web.delete();
        }
    }

    @Test
    void drainedNodesServersMoveAndNoConnectionFails() {
        try (Load load = new Load(TestCluster.SECOND_VIP, 80, 50)) {
            setUnschedulable(true);
            // As `kubectl drain` does, one by one, each with the time to be replaced.
            for (Pod pod : onVictim()) {
                cluster.client().resource(pod).delete();
                web.awaitProgrammed(4);
            }
            assertThat(onVictim()).isEmpty();
            assertThat(load.failures()).isEmpty();
        } finally {
            setUnschedulable(false);
        }
    }

    @Test
    void killedNodesServersAreLeftOutAndComeBack() throws IOException {
        Assumptions.assumeTrue(Environment.canKillNodes(), "no command to kill a node");
        List<String> lost =
                onVictim().stream().map(pod -> pod.getMetadata().getName()).toList();
        Environment.kill(victim);
        try {
            await("no server on " + victim)
                    .atMost(TestCluster.CONVERGED_WITHIN)
                    .pollInterval(Duration.ofSeconds(2))
                    .untilAsserted(() -> assertThat(web.traced()).isNotEmpty().doesNotContainAnyElementsOf(lost));
            for (int i = 0; i < 50; i++) {
                Ask.tcp(0, TestCluster.SECOND_VIP, 80);
            }
        } finally {
            Environment.start(victim);
        }
        cluster.awaitReady();
        web.awaitProgrammed(4);
        for (int i = 0; i < 50; i++) {
            Ask.tcp(0, TestCluster.SECOND_VIP, 80);
        }
    }

    /** The field alone, as `kubectl cordon` does: the kubelet and the node controller write to the same object at any time. */
    private void setUnschedulable(boolean unschedulable) {
        String patch = "{\"spec\":{\"unschedulable\":%s}}".formatted(unschedulable);
        cluster.client().nodes().withName(victim).patch(PatchContext.of(PatchType.STRATEGIC_MERGE), patch);
    }

    private List<Pod> onVictim() {
        return web.pods().stream()
                .filter(pod -> victim.equals(pod.getSpec().getNodeName()))
                .toList();
    }
}

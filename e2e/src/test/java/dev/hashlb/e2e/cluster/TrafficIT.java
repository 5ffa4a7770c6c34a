package dev.hashlb.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.cluster.Ask.Answer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections go where trace says, whoever the client is, and however many servers there are. */
@Order(1)
@OnCluster
class TrafficIT {
    private static final int FLOWS = 200;

    private final TestCluster cluster;
    private Web web = null;
    private Outside outside = null;

    TrafficIT(TestCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void declare() {
        cluster.install();
        outside = Outside.routed(
                TestCluster.VIP, cluster.nodeAddress(cluster.nodeNames().getFirst()));
        web = Web.create(cluster, "traffic", TestCluster.VIP, 2);
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

    @ParameterizedTest
    @ValueSource(ints = {2, 6, 3})
    void connectionsFromOutsideLandWhereTraceSaysWithTheirAddress(int servers) throws IOException {
        web.scale(servers);

        assertLandsAsTraced("TCP", 80, outside.ownAddress());
    }

    @Test
    void datagramsFromOutsideLandWhereTraceSays() throws IOException {
        assertLandsAsTraced("UDP", 53, outside.ownAddress());
    }

    @Test
    void eachNodeIsARouter() throws IOException {
        for (String node : cluster.nodeNames()) {
            try (Outside through = Outside.routed(TestCluster.VIP, cluster.nodeAddress(node))) {
                assertLandsAsTraced("TCP", 80, through.ownAddress());
            }
        }
        outside = Outside.routed(
                TestCluster.VIP, cluster.nodeAddress(cluster.nodeNames().getFirst()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void connectionsFromAPodAndFromANodeLandWhereTraceSays(boolean hostNetwork) throws IOException {
        for (String node : cluster.nodeNames()) {
            Pod asked = ask(node, hostNetwork);
            List<Answer> answers = new ArrayList<>();
            for (String line : log(asked).lines().toList()) {
                answers.add(Ask.parse(line));
            }
            assertThat(answers).as(node).hasSize(50);
            List<String> flows = answers.stream()
                    .map(each -> Web.flow("TCP", each.client(), each.clientPort(), TestCluster.VIP, 80))
                    .toList();
            assertThat(answers.stream().map(Answer::server)).as(node).containsExactlyElementsOf(web.trace(flows));
            assertThat(answers.stream().map(Answer::client).distinct())
                    .as(node)
                    .containsExactly(asked.getStatus().getPodIP());
        }
    }

    private void assertLandsAsTraced(String protocol, int port, String own) throws IOException {
        Landing.of(web, protocol, TestCluster.VIP, port, FLOWS).assertAsTracedFrom(own);
    }

    private Pod ask(String node, boolean hostNetwork) {
        String image =
                web.pods().getFirst().getSpec().getContainers().getFirst().getImage();
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName("ask-" + node + (hostNetwork ? "-host" : ""))
                .withNamespace(TestCluster.NAMESPACE)
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .withHostNetwork(hostNetwork)
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("ask")
                .withImage(image)
                .withArgs("ask", "--count=50", "--within=30", TestCluster.VIP + ":80")
                .endContainer()
                .endSpec()
                .build();
        cluster.client().resource(pod).create();
        await(pod.getMetadata().getName() + " done")
                .atMost(TestCluster.CONVERGED_WITHIN)
                .until(() -> Set.of("Succeeded", "Failed")
                        .contains(
                                cluster.client().resource(pod).get().getStatus().getPhase()));
        return cluster.client().resource(pod).get();
    }

    private String log(Pod pod) {
        String log = cluster.client().pods().resource(pod).getLog();
        assertThat(pod.getStatus().getPhase()).as(log).isEqualTo("Succeeded");
        cluster.client().resource(pod).withGracePeriod(0).delete();
        return log;
    }
}

package dev.hashlb.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The chart's own test, and what an uninstall leaves: nothing. The last of the suites. */
@Order(Integer.MAX_VALUE)
@OnCluster
@org.junit.jupiter.api.TestMethodOrder(org.junit.jupiter.api.MethodOrderer.OrderAnnotation.class)
class UninstallIT {
    private final TestCluster cluster;

    UninstallIT(TestCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void install() {
        cluster.install();
    }

    @Test
    @Order(1)
    void theChartsTestProvesThatAPacketGoesThrough() {
        switch (cluster.release()) {
            case Release.ByHelm helm ->
                Helm.test(Release.NAME)
                        .withNamespace(Release.NAMESPACE)
                        .withKubeConfig(helm.kubeconfig())
                        .call();
            case Release.Rendered rendered -> {
                List<HasMetadata> hooks = rendered.tests(cluster.values("first"));
                hooks.forEach(each -> cluster.client().resource(each).create());
                try {
                    Pod client = (Pod) hooks.stream()
                            .filter(Pod.class::isInstance)
                            .findFirst()
                            .orElseThrow();
                    await("the test's client")
                            .atMost(TestCluster.CONVERGED_WITHIN)
                            .until(() -> Set.of("Succeeded", "Failed")
                                    .contains(cluster.client()
                                            .resource(client)
                                            .get()
                                            .getStatus()
                                            .getPhase()));
                    assertThat(cluster.client()
                                    .resource(client)
                                    .get()
                                    .getStatus()
                                    .getPhase())
                            .as(cluster.client().pods().resource(client).getLog())
                            .isEqualTo("Succeeded");
                } finally {
                    hooks.reversed()
                            .forEach(each -> cluster.client().resource(each).delete());
                }
            }
        }
    }

    @Test
    @Order(2)
    void uninstallLeavesNothingBehind() {
        Web web = Web.create(cluster, "leftovers", TestCluster.VIP, 2);
        List<String> nodes = cluster.nodeNames();

        cluster.uninstall();

        assertThat(cluster.client()
                        .resources(dev.hashlb.crds.v1alpha1.HashLoadBalancer.class)
                        .inNamespace(TestCluster.NAMESPACE)
                        .withName("leftovers")
                        .get()
                        .getMetadata()
                        .getFinalizers())
                .isNullOrEmpty();
        assertThat(left()).isEmpty();
        if (Environment.canLookIntoNodes()) {
            for (String node : nodes) {
                assertThat(Environment.onNode(node, "ip", "-br", "link"))
                        .as(node)
                        .doesNotContain("hashlb0");
                assertThat(Environment.onNode(node, "ip", "route", "show", "table", "all", "proto", "72"))
                        .as(node)
                        .isBlank();
                assertThat(Environment.onNode(node, "ip", "-6", "route", "show", "table", "all", "proto", "72"))
                        .as(node)
                        .isBlank();
                assertThat(Environment.onNode(node, "ip", "rule", "show"))
                        .as(node)
                        .doesNotContain("770");
                assertThat(Environment.onNode(node, "nft", "list", "tables"))
                        .as(node)
                        .doesNotContain("hashlb");
            }
        }
        web.delete();
        cluster.client()
                .resources(dev.hashlb.crds.v1alpha1.HashLoadBalancer.class)
                .inNamespace(TestCluster.NAMESPACE)
                .delete();
    }

    /** Objects in the release's namespace that the cluster itself has not made. */
    private Set<String> left() {
        Set<String> left = new TreeSet<>();
        var client = cluster.client();
        client.secrets().inNamespace(Release.NAMESPACE).list().getItems().forEach(each -> note(left, each));
        client.configMaps().inNamespace(Release.NAMESPACE).list().getItems().forEach(each -> note(left, each));
        client.services().inNamespace(Release.NAMESPACE).list().getItems().forEach(each -> note(left, each));
        client.serviceAccounts()
                .inNamespace(Release.NAMESPACE)
                .list()
                .getItems()
                .forEach(each -> note(left, each));
        client.leases().inNamespace(Release.NAMESPACE).list().getItems().forEach(each -> note(left, each));
        client.rbac().clusterRoles().list().getItems().forEach(each -> note(left, each));
        return left;
    }

    private static void note(Set<String> left, HasMetadata object) {
        String name = object.getMetadata().getName();
        if (name.contains("hashlb") && !name.startsWith("sh.helm.") && !name.contains("-token-")) {
            left.add(object.getKind() + " " + name);
        }
    }
}

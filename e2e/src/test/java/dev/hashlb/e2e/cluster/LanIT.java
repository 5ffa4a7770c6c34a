package dev.hashlb.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client on the nodes' own network, with no route by way of a node: ARP and Neighbor Discovery find the VIPs. */
@Order(3)
@OnCluster
class LanIT {
    private static final int FLOWS = 60;
    private static final int SERVERS = 4;
    /** Docs: docs/ingress.md, SelfSelect. */
    private static final String GROUP_ADDRESS = "03:48:4c:42:00:01";

    private final TestCluster cluster;
    private final Map<String, Web> webs = new HashMap<>();
    private final List<Outside> routes = new ArrayList<>();

    LanIT(TestCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void declare() {
        cluster.install();
        declare("AnyNode", List.of("203.0.113.20", "203.0.113.21", "203.0.113.22", "203.0.113.23"), "2001:db8:113::20");
        declare("SelfSelect", List.of("203.0.113.30"), "2001:db8:113::30");
        webs.values().forEach(web -> web.awaitProgrammed(SERVERS));
    }

    private void declare(String ingress, List<String> vips, String ipv6) {
        List<String> addresses = new ArrayList<>(vips);
        if (cluster.podsHaveIpv6()) {
            addresses.add(ipv6);
        }
        Web web = new Web(cluster, "lan-" + ingress.toLowerCase(java.util.Locale.ROOT), addresses, ingress);
        webs.put(ingress, web.declareAll(SERVERS));
        String node = cluster.nodeAddress(cluster.nodeNames().getFirst());
        addresses.forEach(vip -> routes.add(Outside.onLink(vip, node)));
    }

    @AfterAll
    void remove() {
        routes.forEach(Outside::close);
        webs.values().forEach(Web::delete);
    }

    @ParameterizedTest
    @ValueSource(strings = {"AnyNode", "SelfSelect"})
    void connectionsToEachAddressLandWhereTraceSaysWithTheirAddress(String ingress) throws IOException {
        for (Outside route : routesTo(webs.get(ingress))) {
            Landing.of(webs.get(ingress), "TCP", route.vip(), 80, FLOWS).assertAsTracedFrom(route.ownAddress());
        }
    }

    @Test
    void addressesOfSelfSelectAreAtAllRoutersAndOthersAtOne() throws IOException {
        Map<String, String> nodeOf = nodesByLinkLayerAddress();
        for (Outside route : routes) {
            Ask.tcp(0, route.vip(), 80);
        }
        for (Outside route : routesTo(webs.get("SelfSelect"))) {
            assertThat(Outside.linkLayerAddress(route.vip())).as(route.vip()).isEqualTo(GROUP_ADDRESS);
        }
        for (Outside route : routesTo(webs.get("AnyNode"))) {
            assertThat(nodeOf).as(route.vip()).containsKey(Outside.linkLayerAddress(route.vip()));
        }
    }

    @Test
    void killedNodesAddressesMoveToOthersAndAllGoOn() throws IOException {
        Assumptions.assumeTrue(Environment.canKillNodes(), "no command to kill a node");
        Map<String, String> nodeOf = nodesByLinkLayerAddress();
        Map<String, String> before = announcers(nodeOf);
        String victim = before.values().stream()
                .filter(node -> !cluster.isControlPlane(node))
                .findFirst()
                .orElseThrow();

        Environment.kill(victim);
        try {
            for (Web web : webs.values()) {
                for (Outside route : routesTo(web)) {
                    awaitAnswers(web, route.vip());
                }
            }
            Map<String, String> after = announcers(nodeOf);
            before.forEach((vip, node) -> {
                if (node.equals(victim)) {
                    assertThat(after.get(vip)).as(vip).isNotEqualTo(victim);
                } else {
                    assertThat(after.get(vip)).as(vip).isEqualTo(node);
                }
            });
        } finally {
            Environment.start(victim);
        }
        cluster.awaitReady();
        webs.values().forEach(web -> web.awaitProgrammed(SERVERS));
        await("the node that is back has its addresses again")
                .atMost(TestCluster.CONVERGED_WITHIN)
                .untilAsserted(() -> assertThat(announcers(nodeOf)).isEqualTo(before));
        connectionsToEachAddressLandWhereTraceSaysWithTheirAddress("AnyNode");
        connectionsToEachAddressLandWhereTraceSaysWithTheirAddress("SelfSelect");
    }

    /** From ten flows one after the other, as clients that try again have them: how long it takes is the machine's. */
    private static void awaitAnswers(Web web, String vip) {
        await("answers from " + vip)
                .atMost(TestCluster.CONVERGED_WITHIN)
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> Landing.of(web, "TCP", vip, 80, 10));
    }

    /** VIPs of {@code AnyNode}, each with the node that this machine's neighbour table has it at, after it was asked. */
    private Map<String, String> announcers(Map<String, String> nodeOf) throws IOException {
        Map<String, String> announcers = new HashMap<>();
        for (Outside route : routesTo(webs.get("AnyNode"))) {
            Ask.tcp(0, route.vip(), 80);
            announcers.put(route.vip(), nodeOf.getOrDefault(Outside.linkLayerAddress(route.vip()), "?"));
        }
        return announcers;
    }

    private Map<String, String> nodesByLinkLayerAddress() {
        Map<String, String> nodes = new HashMap<>();
        for (String node : cluster.nodeNames()) {
            nodes.put(Outside.linkLayerAddress(cluster.nodeAddress(node)), node);
        }
        return nodes;
    }

    private List<Outside> routesTo(Web web) {
        return routes.stream().filter(each -> web.vips().contains(each.vip())).toList();
    }
}

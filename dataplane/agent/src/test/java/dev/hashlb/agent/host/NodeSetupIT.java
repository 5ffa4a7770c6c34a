package dev.hashlb.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.core.address.IpAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeSetupIT {
    private static final IpAddress VIP4 = IpAddress.parse("198.51.100.10");
    private static final IpAddress OTHER4 = IpAddress.parse("198.51.100.11");
    private static final IpAddress VIP6 = IpAddress.parse("2001:db8:51::10");

    @TempDir
    Path state;

    private TestNamespace node;
    private TestNamespace lan;

    @BeforeEach
    void createNode() {
        node = new TestNamespace("node");
        // A new namespace inherits the machine's IPv4 settings.
        node.run("sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0");
        lan = new TestNamespace("lan");
        node.connect("eth0", lan, "node0");
        node.run("ip addr add 10.9.0.1/24 dev eth0");
        node.run("ip -6 addr add 2001:db8:9::1/64 dev eth0 nodad");
        node.run("ip link set eth0 mtu 1480");
        node.run("ip route add default via 10.9.0.254");
    }

    @AfterEach
    void deleteNode() {
        node.close();
        lan.close();
    }

    @Test
    void routerHasRoutesWithFallbackAndUntrackedVips() throws Exception {
        in(node, () -> {
            try (Journal journal = Journal.open(state);
                    NodeSetup setup = NodeSetup.open(journal, 2)) {
                assertThat(setup.queueFds()).hasSize(2);
                assertThat(setup.mtu()).isEqualTo(1480);
                setup.apply(new NodePlan(List.of(VIP4, VIP6), true, false));
                assertThat(node.run("ip -4 route show"))
                        .contains(
                                "198.51.100.10 dev hashlb0 proto 72 scope link src 10.9.0.1",
                                "blackhole 198.51.100.10 proto 72 metric 4096");
                assertThat(node.run("ip -6 route show"))
                        .contains("2001:db8:51::10 dev hashlb0 proto 72", "blackhole 2001:db8:51::10 dev lo proto 72");
                assertThat(node.run("nft list table inet hashlb"))
                        .contains("priority -450", "ip saddr @vips4 notrack", "ip6 daddr @vips6 notrack");
                assertThat(node.run("sysctl -n net.ipv4.ip_forward")).isEqualTo("0\n");
                assertThat(node.run("sysctl -n net.ipv4.conf.eth0.forwarding")).isEqualTo("1\n");
                assertThat(node.run("sysctl -n net.ipv6.conf.all.forwarding")).isEqualTo("1\n");
                assertThat(node.run("ip link show hashlb0")).contains("UP", "mtu 1480");
            }
        });
    }

    @Test
    void closingPutsEverythingBack() throws Exception {
        String before = node.everything();
        in(node, () -> {
            try (Journal journal = Journal.open(state);
                    NodeSetup setup = NodeSetup.open(journal, 2)) {
                setup.apply(new NodePlan(List.of(VIP4, VIP6), true, true));
                assertThat(node.everything()).isNotEqualTo(before);
            }
        });
        node.assertIs(before);
    }

    @Test
    void routerLeadsWhatAllRoutersReceiveToADeviceOfItsOwn() throws Exception {
        String before = node.everything();
        in(node, () -> {
            try (Journal journal = Journal.open(state);
                    NodeSetup setup = NodeSetup.open(journal, 2)) {
                setup.apply(new NodePlan(List.of(VIP4, VIP6), true, false));
                assertThat(setup.sharedQueueFds()).isEmpty();
                setup.apply(new NodePlan(List.of(VIP4, VIP6), true, false, List.of(VIP4, VIP6)));
                assertThat(setup.sharedQueueFds()).hasSize(2);
                assertThat(node.run("ip link show hashlb1")).contains("UP", "mtu 1480");
                assertThat(node.run("ip rule")).contains("77:\tfrom all fwmark 0x484c43 lookup 7703");
                assertThat(node.run("ip -6 rule")).contains("77:\tfrom all fwmark 0x484c43 lookup 7703");
                assertThat(node.run("ip route show table 7703"))
                        .contains("default dev hashlb1", "blackhole default", "metric 4096");
                assertThat(node.run("ip -6 route show table 7703"))
                        .contains("default dev hashlb1", "blackhole default");
                assertThat(node.run("ip route get 198.51.100.10 from 192.0.2.7 iif eth0 mark 0x484c43"))
                        .contains("dev hashlb1");
                assertThat(node.run("ip route get 198.51.100.10 from 192.0.2.7 iif eth0"))
                        .contains("dev hashlb0");
                setup.apply(new NodePlan(List.of(VIP4, VIP6), true, false));
                assertThat(node.run("ip rule")).doesNotContain("7703");
                assertThat(node.run("nft list table inet hashlb")).doesNotContain("pkttype");
            }
        });
        node.assertIs(before);
    }

    @Test
    void removedVipLosesItsRoutesAndOthersKeepTheirs() throws Exception {
        in(node, () -> {
            try (Journal journal = Journal.open(state);
                    NodeSetup setup = NodeSetup.open(journal, 1)) {
                setup.apply(new NodePlan(List.of(VIP4, OTHER4, VIP6), true, false));
                setup.apply(new NodePlan(List.of(OTHER4), true, false));
                assertThat(node.run("ip route show proto 72"))
                        .contains("198.51.100.11")
                        .doesNotContain("198.51.100.10");
                assertThat(node.run("ip -6 route show proto 72")).isEmpty();
                assertThat(node.run("nft list table inet hashlb"))
                        .contains("198.51.100.11")
                        .doesNotContain("198.51.100.10", "vips6");
            }
        });
    }

    @Test
    void nodeThatGetsAnotherAddressIsAClientWithThat() throws Exception {
        in(node, () -> {
            try (Journal journal = Journal.open(state);
                    NodeSetup setup = NodeSetup.open(journal, 1)) {
                NodePlan plan = new NodePlan(List.of(VIP4), true, false);
                setup.apply(plan);
                node.run("ip addr del 10.9.0.1/24 dev eth0");
                node.run("ip addr add 10.9.0.2/24 dev eth0");
                node.run("ip route add default via 10.9.0.254");
                setup.apply(plan);
                assertThat(node.run("ip route get 198.51.100.10")).contains("dev hashlb0 src 10.9.0.2");
                assertThat(node.run("ip -4 route show"))
                        .containsOnlyOnce("198.51.100.10 dev hashlb0")
                        .contains("blackhole 198.51.100.10");
            }
        });
    }

    @Test
    void hostThatIsNoRouterHasNoRoutesButUntrackedVips() throws Exception {
        in(node, () -> {
            try (Journal journal = Journal.open(state);
                    NodeSetup setup = NodeSetup.open(journal, 1)) {
                setup.apply(new NodePlan(List.of(VIP4), false, false));
                assertThat(node.run("ip route show proto 72")).isEmpty();
                assertThat(node.run("nft list table inet hashlb")).contains("198.51.100.10");
                assertThat(node.run("sysctl -n net.ipv4.conf.eth0.forwarding")).isEqualTo("0\n");
            }
        });
    }

    @Test
    void rulesThatSomebodyFlushedComeBackWithTheNextApply() throws Exception {
        in(node, () -> {
            try (Journal journal = Journal.open(state);
                    NodeSetup setup = NodeSetup.open(journal, 1)) {
                NodePlan plan = new NodePlan(List.of(VIP4), true, false);
                setup.apply(plan);
                node.run("nft flush ruleset");
                node.run("ip route del 198.51.100.10 dev hashlb0");
                setup.apply(plan);
                assertThat(node.run("nft list table inet hashlb")).contains("198.51.100.10");
                assertThat(node.run("ip route show")).contains("198.51.100.10 dev hashlb0");
            }
        });
    }

    @Test
    void killedProcessLeavesTheFallbackAndTheNextOneRestoresTheFirstValues() throws Exception {
        String before = node.everything();
        in(node, () -> {
            try (Journal journal = Journal.open(state)) {
                NodeSetup killed = NodeSetup.open(journal, 2);
                killed.apply(new NodePlan(List.of(VIP4, VIP6), true, false));
                killed.abandon();
            }
            assertThat(node.run("ip route show proto 72"))
                    .contains("blackhole 198.51.100.10")
                    .doesNotContain("hashlb0");
            try (Journal journal = Journal.open(state);
                    NodeSetup next = NodeSetup.open(journal, 2)) {
                next.apply(new NodePlan(List.of(OTHER4), true, false));
                assertThat(node.run("ip route show proto 72"))
                        .contains("198.51.100.11 dev hashlb0")
                        .doesNotContain("198.51.100.10");
            }
        });
        node.assertIs(before);
    }

    @Test
    void vipThatIsTheNodesOwnAddressIsRefusedAndNothingChanges() throws Exception {
        in(node, () -> {
            try (Journal journal = Journal.open(state);
                    NodeSetup setup = NodeSetup.open(journal, 1)) {
                assertThatThrownBy(() ->
                                setup.apply(new NodePlan(List.of(VIP4, IpAddress.parse("10.9.0.1")), true, false)))
                        .isInstanceOf(HostSetupException.class)
                        .hasMessageContaining("10.9.0.1 is an address of this node, on eth0");
                assertThat(node.run("ip route show proto 72")).isEmpty();
            }
        });
    }

    @Test
    void secondProcessInTheNamespaceIsRefused(@TempDir Path otherState) throws Exception {
        in(node, () -> {
            try (Journal journal = Journal.open(state);
                    Journal other = Journal.open(otherState);
                    NodeSetup setup = NodeSetup.open(journal, 2)) {
                assertThatThrownBy(() -> NodeSetup.open(other, 2)).hasMessageContaining("another hashlb");
                assertThat(setup.queueFds()).hasSize(2);
            }
        });
    }

    @Test
    void chainThatDropsForwardedPacketsIsToldOf() throws Exception {
        TestNamespace.command(
                "ip",
                "netns",
                "exec",
                node.name(),
                "nft",
                "add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; };"
                        + " add chain ip filter INPUT { type filter hook input priority 0; policy drop; };");
        in(node, () -> {
            try (Journal journal = Journal.open(state);
                    NodeSetup setup = NodeSetup.open(journal, 1)) {
                assertThat(setup.warnings())
                        .singleElement()
                        .asString()
                        .contains("nft insert rule ip filter FORWARD oifname hashlb0 accept");
            }
        });
    }

    @Test
    void valueThatSomebodyChangedMeanwhileIsNotOverwritten() throws Exception {
        in(node, () -> {
            try (Journal journal = Journal.open(state);
                    NodeSetup setup = NodeSetup.open(journal, 1)) {
                setup.apply(new NodePlan(List.of(VIP6), true, false));
                node.run("sysctl -qw net.ipv6.conf.all.forwarding=2");
            }
        });
        assertThat(node.run("sysctl -n net.ipv6.conf.all.forwarding")).isEqualTo("2\n");
    }

    @Test
    void journalThatIsNotOursIsRefused() throws Exception {
        Files.writeString(state.resolve("host-journal"), "something else\n");
        assertThatThrownBy(() -> Journal.open(state))
                .isInstanceOf(HostSetupException.class)
                .hasMessageContaining("is no journal of this version");
    }

    @Test
    void journalOfAnEarlierBootIsForgotten() throws Exception {
        Files.writeString(
                state.resolve("host-journal"),
                "hashlb-host-journal 1 boot 00000000-0000-0000-0000-000000000000\nFOOTPRINT\t1\t\t\t\t\n");
        try (Journal journal = Journal.open(state)) {
            assertThat(journal.entries(p -> true)).isEmpty();
        }
    }

    @Test
    void stateFolderInUseIsRefused() throws Exception {
        try (Journal journal = Journal.open(state)) {
            assertThat(journal.entries(p -> true)).isEmpty();
            assertThatThrownBy(() -> Journal.open(state))
                    .isInstanceOf(HostSetupException.class)
                    .hasMessageContaining("in use by another hashlb");
        }
    }

    private interface Body {
        void run() throws Exception;
    }

    private static void in(TestNamespace namespace, Body body) throws Exception {
        namespace.namespace().call(() -> {
            body.run();
            return "";
        });
    }
}

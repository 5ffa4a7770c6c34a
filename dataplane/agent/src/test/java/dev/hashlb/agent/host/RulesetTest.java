package dev.hashlb.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.ReturnMode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The nft commands, compared with files that a person has read. */
class RulesetTest {
    private static final IpAddress VIP4 = IpAddress.parse("198.51.100.10");
    private static final IpAddress VIP6 = IpAddress.parse("2001:db8:51::10");
    private static final Map<Family, IpAddress> POD =
            Map.of(Family.IPV4, IpAddress.parse("10.244.0.5"), Family.IPV6, IpAddress.parse("2001:db8:244::5"));

    @Test
    void nodeTracksNoVip() throws IOException {
        NodePlan plan = new NodePlan(List.of(VIP6, VIP4, IpAddress.parse("198.51.100.9")), true, false);
        assertThat(NodeRuleset.commands(plan)).isEqualTo(golden("node.nft"));
    }

    @Test
    void routerMarksWhatAllRoutersReceive() throws IOException {
        NodePlan plan =
                new NodePlan(List.of(VIP4, VIP6, IpAddress.parse("198.51.100.9")), true, false, List.of(VIP6, VIP4));
        assertThat(NodeRuleset.commands(plan)).isEqualTo(golden("node-shared.nft"));
    }

    @Test
    void routerMarksWhatIsRoutedByGroups() throws IOException {
        assertThat(NodeRuleset.commands(groups(List.of(VIP4), true))).isEqualTo(golden("node-routed.nft"));
    }

    @Test
    void nodeThatIsNoRouterHasNoPartInGroups() {
        assertThat(NodeRuleset.commands(groups(List.of(), false)))
                .isEqualTo("table inet hashlb\ndelete table inet hashlb\n");
        assertThat(NodeRuleset.commands(groups(List.of(), true))).contains("chain routed4", "chain routed6");
    }

    private static NodePlan groups(List<IpAddress> vips, boolean router) {
        return new NodePlan(
                vips,
                router,
                false,
                vips,
                List.of(Cidr.parse("10.66.0.0/24"), Cidr.parse("10.67.0.0/16"), Cidr.parse("fd00:66::/64")),
                List.of(IpAddress.parse("10.9.0.253")));
    }

    @Test
    void nodeThatIsNoRouterLeavesThemAlone() throws IOException {
        List<IpAddress> vips = List.of(VIP6, VIP4, IpAddress.parse("198.51.100.9"));
        assertThat(NodeRuleset.commands(new NodePlan(vips, false, false, vips))).isEqualTo(golden("node.nft"));
    }

    @Test
    void nodeWithoutVipsHasNoTable() {
        assertThat(NodeRuleset.commands(new NodePlan(List.of(), true, false)))
                .isEqualTo("table inet hashlb\ndelete table inet hashlb\n");
    }

    @Test
    void addressDeliveryTranslatesRepliesOnlyAndLowersMss() throws IOException {
        PodPlan plan = plan(
                1500,
                72,
                new PortTranslation(VIP4, Protocol.TCP, 80, 8080, Delivery.ADDRESS, ReturnMode.DIRECT),
                new PortTranslation(VIP4, Protocol.TCP, 443, 443, Delivery.ADDRESS, ReturnMode.DIRECT),
                new PortTranslation(VIP6, Protocol.TCP, 80, 8080, Delivery.ADDRESS, ReturnMode.DIRECT));
        assertThat(NftText.removal() + PodRuleset.commands(plan, Map.of())).isEqualTo(golden("pod-address.nft"));
    }

    @Test
    void natDeliveryTranslatesBothWaysAndMarksRepliesThatReturnByTheNode() throws IOException {
        PodPlan plan = plan(
                9000,
                92,
                new PortTranslation(VIP4, Protocol.UDP, 53, 5353, Delivery.NAT, ReturnMode.DIRECT),
                new PortTranslation(VIP6, Protocol.UDP, 53, 5353, Delivery.NAT, ReturnMode.NODE));
        assertThat(NftText.removal() + PodRuleset.commands(plan, POD)).isEqualTo(golden("pod-nat.nft"));
    }

    private static PodPlan plan(int mtu, int overhead, PortTranslation... translations) {
        return new PodPlan("/run/netns/web-0", List.of(), List.of(translations), mtu, overhead);
    }

    private static String golden(String name) throws IOException {
        try (InputStream file = RulesetTest.class.getResourceAsStream(name)) {
            assertThat(file).as(name).isNotNull();
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

package dev.hashlb.agent.host;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The node's nft table: connection tracking leaves VIPs alone. So neither a kube-proxy's translation of a VIP nor its drop
 * of INVALID packets (half of a connection that is returned directly is never seen here) touches them. Priority -450 is
 * before reassembly of fragments at -400. What the engine itself writes is left alone too: an ICMP error about a packet that
 * was not tracked is INVALID, and with it the client would never learn the path's MTU.
 */
final class NodeRuleset {
    private NodeRuleset() {}

    /** Commands that make the table anew in one transaction; without VIPs, that remove it. */
    static String commands(NodePlan plan) {
        if (plan.vips().isEmpty()) {
            return NftText.removal();
        }
        return NftText.removal()
                + """
                table inet %s {
                %s%s%s%s  chain prerouting {
                    type filter hook prerouting priority -450; policy accept;
                    iifname "%s" notrack
                %s%s  }
                  chain output {
                    type filter hook output priority -450; policy accept;
                %s  }
                }
                """.formatted(
                                HostFootprint.NFT_TABLE,
                                set("vips4", "ipv4_addr", plan.vips(Family.IPV4)),
                                set("vips6", "ipv6_addr", plan.vips(Family.IPV6)),
                                set("shared4", "ipv4_addr", plan.sharedVips(Family.IPV4)),
                                set("shared6", "ipv6_addr", plan.sharedVips(Family.IPV6)),
                                HostFootprint.DEVICE,
                                shared(plan),
                                untracked(plan),
                                untracked(plan));
    }

    /**
     * Packets that came by a group's frame, to all routers: marked, and then taken for packets to this host, since the kernel forwards no
     * others. One at the end of its life is dropped here, or each router would tell its sender so.
     */
    private static String shared(NodePlan plan) {
        StringBuilder rules = new StringBuilder();
        for (Family family : plan.sharedFamilies()) {
            boolean ipv4 = family == Family.IPV4;
            String packets =
                    "    meta pkttype { broadcast, multicast } " + (ipv4 ? "ip daddr @shared4" : "ip6 daddr @shared6");
            rules.append(packets)
                    .append(ipv4 ? " ip ttl <= 1" : " ip6 hoplimit <= 1")
                    .append(" drop\n")
                    .append(packets)
                    .append(" meta mark set ")
                    .append(HostFootprint.SHARED_MARK)
                    .append(" meta pkttype set host\n");
        }
        return rules.toString();
    }

    private static String set(String name, String type, List<IpAddress> addresses) {
        if (addresses.isEmpty()) {
            return "";
        }
        return """
                  set %s {
                    type %s
                    elements = { %s }
                  }
                """.formatted(
                        name, type, addresses.stream().map(IpAddress::toString).collect(Collectors.joining(", ")));
    }

    private static String untracked(NodePlan plan) {
        StringBuilder rules = new StringBuilder();
        if (!plan.vips(Family.IPV4).isEmpty()) {
            rules.append("    ip daddr @vips4 notrack\n    ip saddr @vips4 notrack\n");
        }
        if (!plan.vips(Family.IPV6).isEmpty()) {
            rules.append("    ip6 daddr @vips6 notrack\n    ip6 saddr @vips6 notrack\n");
        }
        return rules.toString();
    }
}

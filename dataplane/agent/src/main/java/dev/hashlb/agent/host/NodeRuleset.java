package dev.hashlb.agent.host;

import dev.hashlb.core.address.Family;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The node's nft table: connection tracking leaves VIPs alone. So neither a kube-proxy's translation of a VIP nor its drop
 * of INVALID packets (half of a connection that is returned directly is never seen here) touches them. Priority -450 is
 * before reassembly of fragments at -400. What the engine itself writes is left alone too: an ICMP error about a packet that
 * was not tracked is INVALID, and with it the client would never learn the path's MTU.
 */
final class NodeRuleset {
    private static final String BY_GROUP_FRAME = "meta pkttype { broadcast, multicast } ";

    private NodeRuleset() {}

    /** Commands that make the table anew in one transaction; where it is not needed, that remove it. */
    static String commands(NodePlan plan) {
        if (plan.families().isEmpty()) {
            return NftText.removal();
        }
        return NftText.removal()
                + """
                table inet %s {
                %s%s%s%s%s%s%s%s  chain prerouting {
                    type filter hook prerouting priority -450; policy accept;
                    iifname "%s" notrack
                %s%s%s  }
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
                                set("destinations4", "ipv4_addr; flags interval", plan.destinations(Family.IPV4)),
                                set("destinations6", "ipv6_addr; flags interval", plan.destinations(Family.IPV6)),
                                routed(plan, Family.IPV4),
                                routed(plan, Family.IPV6),
                                HostFootprint.DEVICE,
                                shared(plan),
                                toRouted(plan),
                                untracked(plan),
                                untracked(plan));
    }

    /**
     * Packets that came by a group's frame, to all routers: marked, and then taken for packets to this host, since the kernel forwards no
     * others. One at the end of its life is dropped here, or each router would tell its sender so.
     */
    private static String shared(NodePlan plan) {
        StringBuilder rules = new StringBuilder();
        for (Family family : Family.values()) {
            if (plan.sharedVips(family).isEmpty()) {
                continue;
            }
            boolean ipv4 = family == Family.IPV4;
            String packets = "    " + BY_GROUP_FRAME + (ipv4 ? "ip daddr @shared4" : "ip6 daddr @shared6");
            rules.append(packets)
                    .append(endOfLife(family))
                    .append(" drop\n")
                    .append(packets)
                    .append(" meta mark set ")
                    .append(HostFootprint.SHARED_MARK)
                    .append(" meta pkttype set host\n");
        }
        return rules.toString();
    }

    private static String endOfLife(Family family) {
        return family == Family.IPV4 ? " ip ttl <= 1" : " ip6 hoplimit <= 1";
    }

    /** What has been taken once is by its type no longer a group frame's, so a packet between two destinations is taken once too. */
    private static String toRouted(NodePlan plan) {
        StringBuilder rules = new StringBuilder();
        for (Family family : Family.values()) {
            if (plan.destinations(family).isEmpty()) {
                continue;
            }
            String all = family == Family.IPV4
                    ? BY_GROUP_FRAME + "ip daddr != { 224.0.0.0/4, 255.255.255.255 } ip "
                    : BY_GROUP_FRAME + "ip6 daddr != ff00::/8 ip6 ";
            for (String end : List.of("daddr", "saddr")) {
                rules.append("    ")
                        .append(all)
                        .append(end)
                        .append(" @destinations")
                        .append(number(family))
                        .append(" jump routed")
                        .append(number(family))
                        .append('\n');
            }
        }
        return rules.toString();
    }

    /**
     * Packets of router groups that came by a group's frame. A broadcast of a network that this router is on is left to its hosts. A router's own
     * address in a destination's network is for its kernel alone; it gets what the frame brought, and again what the named router sends it.
     */
    private static String routed(NodePlan plan, Family family) {
        if (plan.destinations(family).isEmpty()) {
            return "";
        }
        return """
                  chain routed%s {
                    fib daddr type local meta pkttype set host return
                    fib daddr type { broadcast, anycast, multicast } return
                   %s drop
                    notrack meta mark set %s meta pkttype set host
                  }
                """.formatted(number(family), endOfLife(family), HostFootprint.SHARED_MARK);
    }

    private static int number(Family family) {
        return family == Family.IPV4 ? 4 : 6;
    }

    private static String set(String name, String type, Collection<?> elements) {
        if (elements.isEmpty()) {
            return "";
        }
        return """
                  set %s {
                    type %s
                    elements = { %s }
                  }
                """.formatted(name, type, elements.stream().map(Object::toString).collect(Collectors.joining(", ")));
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

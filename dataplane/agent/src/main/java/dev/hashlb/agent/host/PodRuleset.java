package dev.hashlb.agent.host;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The nft table of a server's namespace. Devices are matched by name ({@code iifname}): an index goes stale without a word
 * when the TUN is made anew.
 */
final class PodRuleset {
    private final PodPlan plan;
    private final Map<Family, IpAddress> podAddresses;

    private PodRuleset(PodPlan plan, Map<Family, IpAddress> podAddresses) {
        this.plan = plan;
        this.podAddresses = podAddresses;
    }

    /**
     * Commands that make the table where there is none.
     *
     * @param podAddresses the server's own address for each family that has a {@code NAT} port
     */
    static String commands(PodPlan plan, Map<Family, IpAddress> podAddresses) {
        PodRuleset ruleset = new PodRuleset(plan, podAddresses);
        StringBuilder text = new StringBuilder();
        text.append("table inet ").append(HostFootprint.NFT_TABLE).append(" {\n");
        chain(text, "own-replies-in", "type filter hook prerouting priority -300", ruleset.ownRepliesIn());
        chain(text, "own-requests-out", "type filter hook output priority -300", ruleset.ownRequestsOut());
        chain(text, "translate-in", "type nat hook prerouting priority -100", ruleset.translateIn());
        chain(text, "return-by-tun", "type route hook output priority -150", ruleset.returnByTun());
        chain(text, "replies-out", "type filter hook postrouting priority 300", ruleset.repliesOut());
        return text.append("}\n").toString();
    }

    private static void chain(StringBuilder text, String name, String hook, List<String> rules) {
        if (!rules.isEmpty()) {
            text.append("  chain ").append(name).append(" {\n    ").append(hook).append("; policy accept;\n");
            rules.forEach(r -> text.append("    ").append(r).append('\n'));
            text.append("  }\n");
        }
    }

    /**
     * The server as a client of a VIP that it translates itself: its requests leave untouched and come back by the TUN like
     * anybody's, and the replies to them are not taken for replies of translated flows.
     */
    private List<String> ownRequestsOut() {
        List<String> rules = new ArrayList<>();
        for (Family family : Family.values()) {
            plan.natVips(family).forEach(v -> rules.add(ip(family) + " daddr " + v + " notrack"));
        }
        return rules;
    }

    private List<String> ownRepliesIn() {
        List<String> rules = new ArrayList<>();
        for (Family family : Family.values()) {
            plan.natVips(family)
                    .forEach(v -> rules.add(
                            "iifname != \"" + HostFootprint.DEVICE + "\" " + ip(family) + " saddr " + v + " notrack"));
        }
        return rules;
    }

    private List<String> translateIn() {
        List<String> rules = new ArrayList<>();
        for (PortTranslation t : plan.translations()) {
            if (t.delivery() == Delivery.NAT) {
                Family family = t.vip().family();
                IpAddress pod = podAddresses.get(family);
                String target = family == Family.IPV4 ? "ip to " + pod : "ip6 to [" + pod + "]";
                rules.add("iifname \"" + HostFootprint.DEVICE + "\" " + ip(family) + " daddr " + t.vip() + " "
                        + l4(t.protocol()) + " dport " + t.port() + " dnat " + target + ":" + t.targetPort());
            }
        }
        return rules;
    }

    /**
     * A translated reply still has the server's own source when it is routed, so a rule by source does not see it: it is
     * marked, and routed again.
     */
    private List<String> returnByTun() {
        List<String> rules = new ArrayList<>();
        for (Family family : Family.values()) {
            plan.natVips(family).stream()
                    .filter(plan::returnsByTun)
                    .forEach(v -> rules.add("ct direction reply ct original " + ip(family) + " daddr " + v
                            + " meta mark set " + HostFootprint.RETURN_MARK));
        }
        return rules;
    }

    /** At 300, behind the namespace's own translation, so that the source is the VIP here whatever the delivery. */
    private List<String> repliesOut() {
        List<String> rules = new ArrayList<>();
        for (PortTranslation t : plan.translations()) {
            if (t.delivery() == Delivery.ADDRESS && t.port() != t.targetPort()) {
                rules.add(ip(t.vip().family()) + " saddr " + t.vip() + " " + l4(t.protocol()) + " sport "
                        + t.targetPort() + " " + l4(t.protocol()) + " sport set " + t.port());
            }
        }
        for (Family family : Family.values()) {
            int mss = plan.mssBytes(family);
            plan.vips(family)
                    .forEach(v -> rules.add(ip(family) + " saddr " + v
                            + " tcp flags & (syn|rst) == syn tcp option maxseg size > " + mss
                            + " tcp option maxseg size set " + mss));
        }
        return rules;
    }

    private static String ip(Family family) {
        return family == Family.IPV4 ? "ip" : "ip6";
    }

    private static String l4(Protocol protocol) {
        return protocol.name().toLowerCase(Locale.ROOT);
    }
}

package dev.hashlb.agent.host;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds chains that drop forwarded packets unless a rule accepts them, as Docker's and many firewalls do. Ours cannot accept
 * for them: in nftables a packet must be accepted by every chain of a hook.
 */
final class ForwardPolicy {
    private static final Pattern TABLE = Pattern.compile("table (?<family>\\S+) (?<table>\\S+) \\{");
    private static final Pattern CHAIN = Pattern.compile("\\s*chain (?<chain>\\S+) \\{");
    private static final Pattern DROPS = Pattern.compile(".*hook forward .*policy drop;.*");

    private ForwardPolicy() {}

    /** @param chains what {@code nft list chains} prints */
    static List<String> warnings(String chains) {
        List<String> warnings = new ArrayList<>();
        String table = "";
        String chain = "";
        for (String line : chains.lines().toList()) {
            Matcher inTable = TABLE.matcher(line);
            Matcher inChain = CHAIN.matcher(line);
            if (inTable.matches()) {
                table = inTable.group("family") + " " + inTable.group("table");
            } else if (inChain.matches()) {
                chain = inChain.group("chain");
            } else if (DROPS.matcher(line).matches()) {
                warnings.add("nft chain " + table + " " + chain
                        + " drops forwarded packets by default; unless its rules"
                        + " accept them, packets for VIPs and replies do not pass; run: nft insert rule " + table + " "
                        + chain + " oifname " + HostFootprint.DEVICE + " accept; nft insert rule " + table + " " + chain
                        + " iifname " + HostFootprint.DEVICE + " accept; and accept what has a VIP as its source");
            }
        }
        return warnings;
    }
}

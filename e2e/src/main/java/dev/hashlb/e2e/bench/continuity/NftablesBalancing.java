package dev.hashlb.e2e.bench.continuity;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Pod;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The kernel's own: destination translated by a hash that is the same on all routers, source masqueraded, and an entry of conntrack for
 * each connection, which keeps it at its server.
 */
record NftablesBalancing() implements Balancing {
    private static final Pattern ENTRY_BYTES = Pattern.compile("(?m)^nf_conntrack\\s+\\d+\\s+\\d+\\s+(\\d+)");

    @Override
    public String name() {
        return "nftables DNAT";
    }

    @Override
    public Running start(ContinuityLab lab, List<Pod> servers) {
        for (LabNode router : lab.routers()) {
            ContinuityLab.shell(router.namespace(), """
                nft -f - <<'END'
                table ip continuity {
                  chain pre {
                    type nat hook prerouting priority -100
                  }
                  chain post {
                    type nat hook postrouting priority 100
                    tcp dport %d masquerade
                  }
                }
                END
                """.formatted(ContinuityLab.PORT));
        }
        Rules rules = new Rules(lab);
        rules.serve(servers);
        return rules;
    }

    private record Rules(ContinuityLab lab) implements Running {
        @Override
        public void serve(List<Pod> servers) {
            String map = IntStream.range(0, servers.size())
                    .mapToObj(i -> i + " : " + servers.get(i).ipv4())
                    .collect(Collectors.joining(", "));
            String commands = """
                flush chain ip continuity pre
                add rule ip continuity pre ip daddr %s tcp dport %d dnat to jhash ip saddr . tcp sport mod %d seed 0x5eed map { %s }
                """.formatted(ContinuityLab.VIP, ContinuityLab.PORT, servers.size(), map);
            for (LabNode router : lab.routers()) {
                Command.run(commands, Command.inNamespace(router.namespace(), List.of("nft", "-f", "-")));
            }
        }

        @Override
        public void kill(LabNode router) {
            // There is no process to kill.
        }

        @Override
        public State state() {
            long entries = lab.routers().stream()
                    .mapToLong(router -> Long.parseLong(
                            Command.runIn(router.namespace(), "cat", "/proc/sys/net/netfilter/nf_conntrack_count")
                                    .strip()))
                    .sum();
            return new State(entries * entryBytes(), "conntrack entries of " + entryBytes() + " B");
        }

        private static long entryBytes() {
            Matcher matcher = ENTRY_BYTES.matcher(Command.run("", List.of("cat", "/proc/slabinfo")));
            if (!matcher.find()) {
                throw new IllegalStateException("/proc/slabinfo has no line nf_conntrack");
            }
            return Long.parseLong(matcher.group(1));
        }

        @Override
        public void close() {
            lab.routers()
                    .forEach(router -> ContinuityLab.shell(router.namespace(), "nft delete table ip continuity\n"));
        }
    }
}

package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Lab;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All that a data plane may change in the system, as text: devices, addresses, routes, rules, nftables and settings. */
final class SystemState {
    private static final String READING = """
            ip -o link
            ip -o addr
            ip route show table all
            ip -6 route show table all
            ip rule
            ip -6 rule
            nft list ruleset
            grep -rs . /proc/sys/net/ipv4 /proc/sys/net/ipv6/conf
            true
            """;

    private SystemState() {}

    /** The state of each node and pod, by namespace. */
    static Map<String, String> of(Lab lab) {
        Map<String, String> states = new TreeMap<>();
        Stream.concat(
                        lab.topology().nodes().stream().map(node -> node.namespace()),
                        lab.topology().pods().stream().map(pod -> pod.namespace()))
                .forEach(namespace -> states.put(namespace, read(namespace)));
        return states;
    }

    private static String read(String namespace) {
        String text = Command.run(READING, Command.inNamespace(namespace, List.of("sh")));
        return text.lines()
                .filter(line -> !line.contains("/neigh/"))
                .filter(line -> !isOfRoutersAdvertisements(line))
                .sorted()
                .reduce("", (all, line) -> all + line + "\n");
    }

    /** Values that the kernel itself changes while a network lives. */
    private static boolean isOfRoutersAdvertisements(String line) {
        return line.contains("tcp_fastopen_key") || line.contains("stable_secret");
    }
}

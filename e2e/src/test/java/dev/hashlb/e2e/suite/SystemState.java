package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Lab;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that a data plane may change in a lab, as lines: devices, addresses, routes, rules, nftables and settings of each node
 * and pod. Devices are known by name, since one made anew has another number.
 */
record SystemState(Set<String> lines) {
    private static final String READING = """
            ip -o link | sed 's/^[0-9]*: //'
            ip -o addr | sed 's/^[0-9]*: //'
            ip route show table all
            ip -6 route show table all
            ip rule
            ip -6 rule
            nft list ruleset
            grep -rs . /proc/sys/net/ipv4 /proc/sys/net/ipv6/conf
            true
            """;
    private static final int DIFFERENCES_SHOWN = 40;

    /** The state when duplicate address detection of the devices' link-local addresses has come to its end everywhere. */
    static SystemState of(Lab lab) {
        return await().atMost(Cluster.SOON)
                .until(() -> read(lab), state -> state.lines.stream().noneMatch(line -> line.contains(" tentative ")));
    }

    private static SystemState read(Lab lab) {
        return new SystemState(Stream.concat(
                        lab.topology().nodes().stream().map(LabNode::namespace),
                        lab.topology().pods().stream().map(Pod::namespace))
                .flatMap(SystemState::read)
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static Stream<String> read(String namespace) {
        return Command.run(READING, Command.inNamespace(namespace, List.of("sh")))
                .lines()
                .filter(line -> !line.isBlank() && !changesByItself(line))
                .map(line -> namespace + ": " + line.strip());
    }

    /** Neighbours, and what the kernel makes up when it is first read. */
    private static boolean changesByItself(String line) {
        return line.contains("/neigh/") || line.contains("tcp_fastopen_key") || line.contains("stable_secret");
    }

    /** Fails with the lines that are new and those that are gone. */
    void assertSameAs(SystemState before) {
        List<String> differences = new ArrayList<>();
        lines.stream().filter(line -> !before.lines.contains(line)).forEach(line -> differences.add("new:  " + line));
        before.lines.stream().filter(line -> !lines.contains(line)).forEach(line -> differences.add("gone: " + line));
        assertThat(differences.stream().limit(DIFFERENCES_SHOWN).collect(Collectors.joining("\n")))
                .as("%s differences from the state before", differences.size())
                .isEmpty();
    }
}

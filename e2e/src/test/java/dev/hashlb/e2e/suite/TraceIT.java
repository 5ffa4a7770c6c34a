package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.HashlbProcess;
import dev.hashlb.e2e.oracle.Oracle;
import dev.hashlb.e2e.oracle.OracleFlow;
import dev.hashlb.e2e.oracle.OracleServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code hashlb trace} as a process, on 100,000 flows of every kind, beside the oracle. */
@Timeout(120)
class TraceIT {
    private static final int FLOWS = 100_000;
    private static final long SEED = 100_000;
    private static final int MOST_DISAGREEMENTS_SHOWN = 10;

    /** A balancer of the file, with the oracle's opinion on it. */
    private record Subject(String name, String fields, String table, int buckets, List<OracleServer> servers) {
        static Subject of(String name, String fields, String table, int buckets, int... weights) {
            return new Subject(
                    name,
                    fields,
                    table,
                    buckets,
                    IntStream.range(0, weights.length)
                            .mapToObj(i -> new OracleServer("s" + i, "default/" + name + "/s" + i, weights[i]))
                            .toList());
        }

        Oracle oracle() {
            return table.equals("Modulo") ? Oracle.modulo(fields, servers) : Oracle.stable(fields, buckets, servers);
        }

        String yaml(int number) {
            String hash = "{fields: " + fields + ", table: " + table
                    + (table.equals("Modulo") ? "" : ", buckets: " + buckets) + "}";
            String list = servers.stream()
                    .map(s -> "  - {name: " + s.name() + ", node: n1, netns: none-" + s.name() + ", weight: "
                            + s.weight() + "}\n")
                    .collect(Collectors.joining());
            return """
                    apiVersion: hashlb.dev/v1alpha1
                    kind: HashLoadBalancer
                    metadata: {name: %1$s, namespace: default}
                    spec:
                      addresses: ["%2$s", "%3$s"]
                      ports:
                        - {protocol: TCP, port: 80, targetPort: 8080}
                        - {protocol: UDP, port: 53, targetPort: 5353}
                      serviceName: %1$s
                      hash: %4$s
                    ---
                    apiVersion: hashlb.dev/v1alpha1
                    kind: StaticServers
                    metadata: {name: %1$s, namespace: default}
                    servers:
                    %5$s---
                    """.formatted(name, vip(Family.IPV4, number), vip(Family.IPV6, number), hash, list);
        }
    }

    private record Case(String text, Subject subject, OracleFlow flow) {}

    private static final List<Subject> SUBJECTS = List.of(
            Subject.of("five-modulo", "FiveTuple", "Modulo", 0, 1, 1, 1, 1, 1, 1, 1),
            Subject.of("five-stable", "FiveTuple", "Stable", 16381, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
            Subject.of("source-modulo", "SourceAndService", "Modulo", 0, 1, 1, 1),
            Subject.of("source-stable", "SourceAndService", "Stable", 65537, 1, 1, 1, 1),
            Subject.of("weights", "FiveTuple", "Stable", 1021, 1, 2, 3, 10),
            Subject.of("alone", "SourceAndService", "Stable", 4093, 7));

    private static String vip(Family family, int number) {
        return family == Family.IPV4 ? "203.0.113." + (200 + number) : "2001:db8:ffff:ffff:ffff:ffff:ffff:ff0" + number;
    }

    @Test
    void agreesWithTheOracleOnAHundredThousandFlows(@TempDir Path folder) throws IOException {
        System.out.println("flows are made from seed " + SEED);
        var random = new SplittableRandom(SEED);
        List<Case> cases =
                IntStream.range(0, FLOWS).mapToObj(i -> randomCase(random)).toList();
        String input = cases.stream().map(c -> c.text() + "\n").collect(Collectors.joining());

        String output = Command.run(
                input, HashlbProcess.command(List.of("trace", "-f", file(folder).toString(), "--json", "-")));

        List<String> lines = output.lines().toList();
        assertThat(lines).hasSize(FLOWS);
        var json = new ObjectMapper();
        List<String> disagreements = new ArrayList<>();
        for (int i = 0; i < FLOWS && disagreements.size() < MOST_DISAGREEMENTS_SHOWN; i++) {
            Case asked = cases.get(i);
            JsonNode answer = json.readTree(lines.get(i));
            Oracle oracle = asked.subject().oracle();
            if (!answer.path("balancer")
                            .asText()
                            .equals("default/" + asked.subject().name())
                    || answer.path("slot").asInt(-1) != oracle.slot(asked.flow())
                    || !answer.path("server").asText().equals(oracle.server(asked.flow()))
                    || !answer.path("node").asText().equals("n1")) {
                disagreements.add(
                        "slot " + oracle.slot(asked.flow()) + ", " + oracle.server(asked.flow()) + ": " + lines.get(i));
            }
        }
        assertThat(disagreements).isEmpty();
    }

    private static Case randomCase(SplittableRandom random) {
        int number = random.nextInt(SUBJECTS.size());
        Family family = random.nextBoolean() ? Family.IPV4 : Family.IPV6;
        boolean tcp = random.nextBoolean();
        IpAddress source = randomClient(random, family);
        IpAddress vip = IpAddress.parse(vip(family, number));
        int sourcePort = random.nextInt(1, 65536);
        int port = tcp ? 80 : 53;
        String text = (tcp ? "TCP " : "UDP ") + end(source, sourcePort) + " " + end(vip, port);
        return new Case(
                text,
                SUBJECTS.get(number),
                OracleFlow.of(source.toBytes(), sourcePort, vip.toBytes(), port, tcp ? Oracles.TCP : Oracles.UDP));
    }

    /** Any unicast address, the highest ones as well: there the sum is longer than an address. */
    private static IpAddress randomClient(SplittableRandom random, Family family) {
        if (family == Family.IPV4) {
            int firstByte = random.nextInt(1, 224);
            return firstByte == 127
                    ? randomClient(random, family)
                    : IpAddress.ipv4(firstByte << 24 | random.nextInt(1 << 24));
        }
        long high = 0x2000_0000_0000_0000L | random.nextLong(1L << 61);
        return IpAddress.ipv6(high, random.nextInt(8) == 0 ? -1 - random.nextInt(1000) : random.nextLong());
    }

    private static String end(IpAddress address, int port) {
        return (address.family() == Family.IPV6 ? "[" + address + "]" : address.toString()) + ":" + port;
    }

    private static Path file(Path folder) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < SUBJECTS.size(); i++) {
            text.append(SUBJECTS.get(i).yaml(i));
        }
        text.append("apiVersion: hashlb.dev/v1alpha1\nkind: StaticNodes\nnodes:\n  - {name: n1, address: 10.9.0.1}\n");
        return Files.writeString(folder.resolve("hashlb.yaml"), text);
    }
}

package dev.hashlb.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class HashlbTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FLOW = "TCP 192.0.2.7:40000 198.51.100.10:80";

    @TempDir
    private Path folder;

    private Path file = Path.of("");
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeFile() throws IOException {
        file = Files.writeString(folder.resolve("web.yaml"), """
                apiVersion: hashlb.dev/v1alpha1
                kind: HashLoadBalancer
                metadata: {name: web}
                spec:
                  addresses: [198.51.100.10, "2001:db8:51::10"]
                  ports: [{port: 80, targetPort: 8080}, {port: 53, protocol: UDP}]
                  hash: {table: Modulo}
                ---
                apiVersion: hashlb.dev/v1alpha1
                kind: HashLoadBalancer
                metadata: {name: empty}
                spec: {addresses: [198.51.100.11], ports: [{port: 80}], sourceRanges: [192.0.2.0/24]}
                ---
                apiVersion: hashlb.dev/v1alpha1
                kind: StaticServers
                metadata: {name: web}
                servers:
                  - {name: web-0, node: n1, netns: web-0}
                  - {name: web-1, node: n2, netns: web-1}
                  - {name: web-2, node: n2, netns: web-2, joined: 3}
                ---
                apiVersion: hashlb.dev/v1alpha1
                kind: StaticNodes
                nodes: [{name: n1, address: 10.9.0.1}, {name: n2, address: 10.9.0.2}]
                """);
    }

    @Test
    void traceGivesWhatProgramsNeed() throws IOException {
        assertThat(run("", "trace", "-f", file.toString(), "--json", "TCP", "192.0.2.7:40000", "198.51.100.10:80"))
                .isEqualTo(0);

        long sum = 0xc0000207L + 40000 + 0xc633640aL + 80 + 6;
        JsonNode answer = JSON.readTree(out.toString());
        assertThat(answer.get("balancer").asText()).isEqualTo("default/web");
        assertThat(answer.get("sum").asText()).isEqualTo(Long.toString(sum));
        assertThat(answer.get("slot").asLong()).isEqualTo(sum % 3);
        assertThat(answer.get("server").asText()).isEqualTo("web-" + sum % 3);
        assertThat(answer.get("node").asText()).isEqualTo(sum % 3 == 0 ? "n1" : "n2");
        assertThat(answer.get("generation").asLong()).isEqualTo(3);
        assertThat(answer.get("n").asInt()).isEqualTo(3);
    }

    @Test
    void traceNamesTheRouterOfAGroupInBothDirections() throws IOException {
        Path groups = routerGroups();
        long sum = 0xc0000207L + 40000 + 0x0a420009L + 80 + 6;
        assertThat(run("", "trace", "-f", groups.toString(), "--json", "TCP", "192.0.2.7:40000", "10.66.0.9:80"))
                .isEqualTo(0);
        JsonNode answer = JSON.readTree(out.toString());
        assertThat(answer.get("group").asText()).isEqualTo("default/back");
        assertThat(answer.get("sum").asText()).isEqualTo(Long.toString(sum));
        assertThat(answer.get("slot").asLong()).isEqualTo(sum % 3);
        assertThat(answer.get("router").asText()).isEqualTo("r" + (1 + sum % 3));

        run("TCP 10.66.0.9:80 192.0.2.7:40000\n", "trace", "-f", groups.toString(), "-");
        assertThat(out.toString())
                .contains(" -> router r" + (1 + sum % 3) + ", group default/back, slot " + sum % 3 + " of 3");
        run("", "trace", "-f", groups.toString(), "TCP", "192.0.2.7:40000", "10.66.0.9:80");
        assertThat(out.toString()).contains("  router      r" + (1 + sum % 3) + " (10.9.0.");
    }

    @Test
    void checkShowsRouterGroups() throws IOException {
        assertThat(run("", "check", "-f", routerGroups().toString())).isEqualTo(0);
        assertThat(out.toString())
                .contains("3 nodes, 3 of them routers", "ROUTER GROUP", "default/back", "10.66.0.0/24", "10.9.0.253")
                .doesNotContain("BALANCER");
    }

    private Path routerGroups() throws IOException {
        return Files.writeString(folder.resolve("groups.yaml"), """
                apiVersion: hashlb.dev/v1alpha1
                kind: HashRouterGroup
                metadata: {name: back}
                spec: {destinations: [10.66.0.0/24], gateways: [10.9.0.253], hash: {table: Modulo}}
                ---
                apiVersion: hashlb.dev/v1alpha1
                kind: StaticNodes
                nodes:
                  - {name: r1, address: 10.9.0.1}
                  - {name: r2, address: 10.9.0.2}
                  - {name: r3, address: 10.9.0.3}
                """);
    }

    @Test
    void traceLooksAtAnEarlierGeneration() throws IOException {
        run("", "trace", "-f", file.toString(), "--at", "2", "--json", "TCP", "192.0.2.7:40000", "198.51.100.10:80");

        assertThat(JSON.readTree(out.toString()).get("slots").asInt()).isEqualTo(2);
    }

    @Test
    void manyFlowsAgreeWithBigIntegersInTheirOrder() throws Exception {
        long seed = 7;
        Random random = new Random(seed);
        List<String> flows = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            boolean ipv4 = random.nextBoolean();
            boolean tcp = random.nextBoolean();
            byte[] source = new byte[ipv4 ? 4 : 16];
            random.nextBytes(source);
            source[0] = (byte) (ipv4 ? 10 : 0x20);
            int port = 1 + random.nextInt(65535);
            String vip = ipv4 ? "198.51.100.10" : "2001:db8:51::10";
            int service = tcp ? 80 : 53;
            String address = InetAddress.getByAddress(source).getHostAddress();
            flows.add((tcp ? "TCP " : "udp ") + end(ipv4, address, port) + " " + end(ipv4, vip, service));
            expected.add(new BigInteger(1, source)
                    .add(new BigInteger(1, InetAddress.ofLiteral(vip).getAddress()))
                    .add(BigInteger.valueOf(port + service + (tcp ? 6 : 17)))
                    .mod(BigInteger.valueOf(3))
                    .intValue());
        }

        assertThat(run(String.join("\n", flows), "trace", "-f", file.toString(), "--json", "-"))
                .isEqualTo(0);

        List<String> answers = out.toString().lines().toList();
        assertThat(answers).hasSize(flows.size());
        for (int i = 0; i < answers.size(); i++) {
            JsonNode answer = JSON.readTree(answers.get(i));
            assertThat(answer.get("flow").asText()).isEqualTo(flows.get(i));
            assertThat(answer.get("slot").asInt())
                    .as("seed %d, %s", seed, flows.get(i))
                    .isEqualTo(expected.get(i));
        }
    }

    @Test
    void everyLineOfInputGetsALineOfAnswer() throws IOException {
        List<String> lines = List.of(
                FLOW,
                "",
                "SCTP 192.0.2.7:1 198.51.100.10:80",
                "TCP 192.0.2.7 198.51.100.10:80",
                "TCP 192.0.2.7:1 [2001:db8::1]:80",
                "TCP 192.0.2.7:65536 198.51.100.10:80",
                "TCP 192.0.2.300:1 198.51.100.10:80",
                "TCP 192.0.2.7:1 198.51.100.10:81",
                "TCP 192.0.2.7:1 198.51.100.99:80",
                "TCP 192.0.2.7:1 198.51.100.11:80",
                "TCP 10.0.0.7:1 198.51.100.11:80",
                "TCP 127.0.0.1:1 198.51.100.10:80");

        assertThat(run(String.join("\n", lines), "trace", "-f", file.toString(), "--json", "-"))
                .isEqualTo(0);

        List<JsonNode> answers = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            answers.add(JSON.readTree(line));
        }
        assertThat(answers).hasSize(lines.size());
        assertThat(answers.getFirst().has("error")).isFalse();
        assertThat(answers.subList(1, 11)).allMatch(a -> a.has("error") && !a.has("server"));
        assertThat(answers.get(9).get("error").asText()).contains("balancer default/empty has no server", "reset");
        assertThat(answers.get(10).get("error").asText()).contains("sourceRanges of balancer default/empty");
        assertThat(answers.get(11).get("warning").asText()).contains("routers drop such a packet");
    }

    @Test
    void exitStatusTellsWhoseMistakeItIs() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "kind: HashLoadBalancer\n");

        assertThat(run("", "check", "-f", file.toString())).isEqualTo(0);
        assertThat(out.toString()).contains("default/web", "default/empty", "0 mistakes, 1 warning");
        assertThat(run("", "check", "-f", bad.toString())).isEqualTo(1);
        assertThat(run("", "check", "-f", folder.resolve("none").toString())).isEqualTo(1);
        assertThat(run("", "check", "-f", folder.toString())).isEqualTo(1);
        assertThat(run("", "trace", "-f", bad.toString(), "-")).isEqualTo(1);
        assertThat(err.toString())
                .contains("bad.yaml", "apiVersion is missing", "metadata is missing", "spec is missing");
        assertThat(run("", "trace", "--state", folder.toString(), "-")).isEqualTo(1);
        assertThat(run("", "trace", "-f", file.toString(), "TCP", "192.0.2.7:1"))
                .isEqualTo(2);
        assertThat(run("", "trace", "-f", file.toString(), "--at", "0", "-")).isEqualTo(2);
        assertThat(run("", "trace", "-")).isEqualTo(2);
        assertThat(run("", "check")).isEqualTo(2);
        assertThat(run("", "chekc")).isEqualTo(2);
        assertThat(run("")).isEqualTo(2);
        assertThat(run("", "echo")).isEqualTo(2);
        assertThat(run("", "echo", "--tcp-port", "0", "--bind", "192.0.2.99")).isEqualTo(3);
        assertThat(err.toString())
                .contains("cannot listen on TCP port 0 of 192.0.2.99")
                .doesNotContain("\tat ");
        assertThat(run("", "trace", "--help")).isEqualTo(0);
    }

    private int run(String input, String... arguments) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            CommandLine command = Hashlb.commandLine();
            command.setOut(new PrintWriter(out, true));
            command.setErr(new PrintWriter(err, true));
            return command.execute(arguments);
        } finally {
            System.setIn(before);
        }
    }

    private static String end(boolean ipv4, String address, int port) {
        return (ipv4 ? address : "[" + address + "]") + ":" + port;
    }
}

package dev.hashlb.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.IngressMode;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.ReturnMode;
import dev.hashlb.core.snapshot.RouterGroup;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TableKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeclarationTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"many-mistakes", "shared-vip", "router-groups"})
    void everyMistakeIsToldAtOnce(String name) throws IOException {
        FileCheck check = check(resource(name + ".yaml"));

        String told = check.findings().stream()
                .map(f -> f.line() + " " + f.finding().severity() + " " + f.finding() + "\n")
                .collect(Collectors.joining());
        assertThat(told).isEqualTo(resource(name + ".findings"));
        assertThat(check.snapshot()).isEmpty();
    }

    @Test
    void aListsNumberIsTakenWhereItCanBeIt() throws IOException {
        String good = resource("good.yaml");
        String numbered = good.replace("servers:\n", "generation: 9\nservers:\n");
        assertThat(numbered).isNotEqualTo(good);
        assertThat(check(numbered).findings())
                .anySatisfy(f -> assertThat(f.finding())
                        .asString()
                        .contains("generation 9 is for lists whose servers all have joined"));

        String own = numbered.replaceAll("(netns: [^,}]+)(, weight: \\d+)?[^}\\n]*}", "$1, joined: 10}");
        assertThat(check(own).findings())
                .anySatisfy(f -> assertThat(f.finding())
                        .asString()
                        .contains("generation 9 is below 10, the newest number of the list"));
        assertThat(check(own.replace("generation: 9", "generation: 12")).snapshot())
                .hasValueSatisfying(snapshot ->
                        assertThat(snapshot.balancers().getFirst().generation()).isEqualTo(12));
    }

    @Test
    void defaultsAreFilledIn() throws IOException {
        Snapshot snapshot = check(resource("good.yaml")).snapshot().orElseThrow();

        Balancer web = snapshot.balancers().getFirst();
        assertThat(web.hash()).isEqualTo(HashSettings.DEFAULT);
        assertThat(web.ping()).isTrue();
        assertThat(web.sourceRanges()).hasToString("[0.0.0.0/0, ::/0]");
        assertThat(web.ports().getFirst().delivery()).isEqualTo(Delivery.ADDRESS);
        assertThat(web.ports().getLast().delivery()).isEqualTo(Delivery.NAT);
        assertThat(web.ports().getLast().targetPort()).isEqualTo(53);
        assertThat(web.servers().getFirst().identity()).isEqualTo("default/web/web-0");
        assertThat(web.servers().getFirst().intervals()).containsExactly(Interval.open(1, 1));
        assertThat(web.servers().stream().map(s -> s.name())).containsExactly("web-0", "web-1", "web-2");
        assertThat(web.generation()).isEqualTo(3);
        assertThat(snapshot.node("r1").orElseThrow().router()).isTrue();
    }

    @Test
    void aRouterGroupHasTheDefaultsOfEveryRouterChoice() {
        RouterGroup group = check("""
                apiVersion: hashlb.dev/v1alpha1
                kind: HashRouterGroup
                metadata: {name: back}
                spec:
                  destinations: [10.66.0.0/24, "fd00:66::/64"]
                  gateways: [10.9.0.253]
                  hash: {buckets: 16381}
                ---
                apiVersion: hashlb.dev/v1alpha1
                kind: StaticNodes
                nodes: [{name: r1, address: 10.9.0.1}]
                """).snapshot().orElseThrow().routerGroups().getFirst();
        assertThat(group.name()).hasToString("default/back");
        assertThat(group.destinations()).hasToString("[10.66.0.0/24, fd00:66::/64]");
        assertThat(group.gateways()).hasToString("[10.9.0.253]");
        assertThat(group.ingress()).isEqualTo(Ingress.of(IngressMode.SELF_SELECT));
    }

    @Test
    void emptyListOfServersIsAllowed() {
        FileCheck check = check(balancer("") + "---\n" + servers("servers: []"));

        assertThat(check.mistakes()).isEmpty();
        assertThat(check.snapshot().orElseThrow().balancers().getFirst().servers())
                .isEmpty();
    }

    @Test
    void whatChoosesARouterHasAnEffectWhereOneIsChosen() {
        String choice = "  ingress: {fields: SourceAndService, table: Modulo}\n";

        assertThat(check(balancer(choice)).findings())
                .extracting(f -> f.finding().place().path())
                .contains("spec.ingress.fields", "spec.ingress.table");
        Balancer gateway = balancerOf(balancer(choice + "  return: {mode: Gateway, egress: [203.0.113.0/24]}\n"));
        assertThat(gateway.ingress())
                .isEqualTo(new Ingress(IngressMode.ANY_NODE, HashFields.SOURCE_AND_SERVICE, TableKind.MODULO));
        assertThat(gateway.reply()).isEqualTo(new Reply(ReturnMode.GATEWAY, List.of(Cidr.parse("203.0.113.0/24"))));
        assertThat(balancerOf(balancer("  ingress: {mode: SelfSelect}\n")).ingress())
                .isEqualTo(Ingress.of(IngressMode.SELF_SELECT));
        assertThat(check(balancer("  return: {mode: Node, egress: [203.0.113.0/24]}\n"))
                        .mistakes())
                .extracting(f -> f.finding().place().path())
                .containsExactly("spec.return.egress");
    }

    @Test
    void balancersOfOneAddressComeInAlike() {
        String other = balancer("  ingress: {mode: SelfSelect}\n")
                .replace("name: web", "name: other")
                .replace("port: 80", "port: 81");
        assertThat(check(balancer("") + "---\n" + other).mistakes())
                .extracting(f -> f.finding().place().path())
                .containsExactly("spec.ingress");
    }

    private static Balancer balancerOf(String text) {
        return check(text).snapshot().orElseThrow().balancers().getFirst();
    }

    @Test
    void documentsOfACluster() {
        String text = "status: {x: 1}\n"
                + balancer("  serviceName: web\n").replace("{name: web}", "{name: web, uid: u, labels: {a: b}}");

        assertThat(check(text).mistakes()).isEmpty();
    }

    @Test
    void aliasesAndRepeatedKeysAreTold() {
        String text = balancer("  ping: true\n  ping: false\n").replace("port: 80", "port: &p 80, targetPort: *p");

        assertThat(check(text).mistakes())
                .extracting(f -> f.finding().toString())
                .containsExactly(
                        "balancer default/web: ports[0].targetPort is an alias, which is not read; write the value out",
                        "balancer default/web: ping stands there twice; leave one of them out");
    }

    @Test
    void changedFileIsANewVersionAndAnUnchangedOneIsNot() {
        String text = balancer("") + "---\n" + servers("servers: []");
        Snapshot first = check(text).snapshot().orElseThrow();

        assertThat(DeclarationText.check(text, first, List.of()).snapshot()).containsSame(first);
        assertThat(DeclarationText.check(balancer("  ping: false\n"), first, List.of())
                        .snapshot()
                        .orElseThrow()
                        .version())
                .isEqualTo(first.version() + 1);
    }

    @Test
    void readingIsTotal() throws IOException {
        long seed = 20_260_101;
        Random random = new Random(seed);
        String[] seeds = {resource("good.yaml"), resource("many-mistakes.yaml"), resource("shared-vip.yaml")};
        String[] pieces = {
            "\n",
            " ",
            ": ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            "&a ",
            "*a",
            "!!binary ",
            "? ",
            "|\n",
            "---\n",
            "\0",
            "\uD800",
            "99999999999999999999",
            "-1",
            "null",
            "0x1F",
            "'",
            "\"",
            "%",
            "<<: ",
            "::",
            "true",
            "1e9",
            "\t",
            "#"
        };
        for (int round = 0; round < 1_000; round++) {
            StringBuilder text = new StringBuilder(seeds[random.nextInt(seeds.length)]);
            for (int edit = 1 + random.nextInt(6); edit > 0; edit--) {
                int at = random.nextInt(text.length());
                int to = Math.min(text.length(), at + random.nextInt(12));
                text.replace(at, to, random.nextBoolean() ? pieces[random.nextInt(pieces.length)] : "");
            }
            FileCheck check = check(text.toString());
            assertThat(check.snapshot().isPresent())
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(check.mistakes().isEmpty());
        }
    }

    @Test
    void deepAndLongTextsAreRefusedInOneLine() {
        for (String text :
                List.of("[".repeat(100_000), "a: ".repeat(5_000), "{a: ".repeat(1_000), "x".repeat(1 << 20), "")) {
            assertThat(check(text).mistakes())
                    .hasSize(1)
                    .allSatisfy(f -> assertThat(f.finding().toString())
                            .doesNotContain("\n")
                            .hasSizeLessThan(400));
        }
    }

    private static FileCheck check(String text) {
        return DeclarationText.check(text, Snapshot.EMPTY, List.of());
    }

    private static String balancer(String more) {
        return "apiVersion: hashlb.dev/v1alpha1\nkind: HashLoadBalancer\nmetadata: {name: web}\n"
                + "spec:\n  addresses: [198.51.100.10]\n  ports: [{port: 80}]\n" + more;
    }

    private static String servers(String list) {
        return "apiVersion: hashlb.dev/v1alpha1\nkind: StaticServers\nmetadata: {name: web}\n" + list + "\n";
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = DeclarationTextTest.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

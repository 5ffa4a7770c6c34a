package dev.hashlb.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderTest {
    @TempDir
    private Path folder;

    @Test
    void changesAreNumberedOnAfterARestart() throws Exception {
        declare("{name: a, node: n1, netns: a}");
        assertThat(restart().generation()).isEqualTo(1);
        declare("{name: a, node: n1, netns: a}, {name: b, node: n1, netns: b, weight: 3}");
        assertThat(restart().generation()).isEqualTo(2);
        declare("{name: b, node: n1, netns: b, weight: 3}");
        assertThat(restart().generation()).isEqualTo(3); // newer than any joined or left: the counter was kept
        declare("{name: b, node: n1, netns: b, weight: 3, draining: true}");

        Balancer balancer = restart();

        assertThat(balancer.generation()).isEqualTo(4);
        assertThat(balancer.servers().getFirst().intervals())
                .hasToString("[Interval[weight=3, joined=2, left=OptionalLong[4]]]");
        assertThat(restart()).isEqualTo(balancer);
    }

    @Test
    void whatIsLoadedIsWhatWasSaved() throws Exception {
        Files.writeString(folder.resolve("web.yaml"), """
                apiVersion: hashlb.dev/v1alpha1
                kind: HashLoadBalancer
                metadata: {name: web, namespace: shop}
                spec:
                  addresses: [198.51.100.10, "2001:db8:51::10"]
                  ports: [{name: http, port: 80, targetPort: 8080}, {protocol: UDP, port: 53, delivery: Address}]
                  hash: {fields: SourceAndService, table: Modulo}
                  return: {mode: Node}
                  sourceRanges: [10.0.0.0/8, "::/0"]
                  ping: false
                  undeclaredPorts: Drop
                ---
                apiVersion: hashlb.dev/v1alpha1
                kind: StaticServers
                metadata: {name: web, namespace: shop}
                servers:
                  - {name: web-0, node: n1, netns: /run/netns/x, addresses: [10.1.0.2, "2001:db8::2"]}
                  - {name: web-1, node: n1, netns: web-1, intervals: [{joined: 1, left: 4}, {joined: 7}]}
                ---
                apiVersion: hashlb.dev/v1alpha1
                kind: HashRouterGroup
                metadata: {name: back, namespace: shop}
                spec:
                  destinations: [10.66.0.0/24, "fd00:66::/64"]
                  gateways: [10.9.0.253, "fd00:9::fd"]
                  hash: {fields: SourceAndService, table: Modulo}
                ---
                apiVersion: hashlb.dev/v1alpha1
                kind: HashRouterGroup
                metadata: {name: bare}
                spec: {destinations: [10.67.0.0/24]}
                ---
                apiVersion: hashlb.dev/v1alpha1
                kind: StaticNodes
                nodes: [{name: n1, address: 10.9.0.1, router: false}]
                """);
        StandaloneSource source = source();
        Snapshot saved = source.read(Snapshot.EMPTY).snapshot().orElseThrow();
        source.keep(saved);

        assertThat(saved.routerGroups()).hasSize(2);
        assertThat(source().lastGood()).isEqualTo(saved);
    }

    @Test
    void emptyFolderHoldsNothing() throws Exception {
        assertThat(new StateFolder(folder.resolve("none")).load()).isEmpty();
        assertThat(source().lastGood()).isEqualTo(Snapshot.EMPTY);
    }

    @Test
    void damagedStateIsRefused() throws Exception {
        declare("{name: a, node: n1, netns: a}");
        restart();
        Path file = folder.resolve("state/snapshot.json");
        String whole = Files.readString(file);
        for (String damaged : new String[] {
            "",
            "[]",
            whole.substring(0, whole.length() / 2),
            whole.replace("hashlb-state/1", "hashlb-state/9"),
            whole.replace("198.51.100.10", "127.0.0.1"),
            whole.replace("default/web", "default/other")
        }) {
            Files.writeString(file, damaged);
            assertThatThrownBy(() -> source().lastGood())
                    .isInstanceOf(RefusedInputException.class)
                    .hasMessageContaining("remove it");
        }
    }

    @Test
    void keysAreNeverKept() throws Exception {
        declare("{name: a, node: n1, netns: a}");
        Path keys = Files.writeString(folder.resolve("keys"), "7:00112233445566778899aabbccddeeff\n");
        StandaloneSource source =
                new StandaloneSource(folder.resolve("web.yaml"), keys, new StateFolder(folder.resolve("state")));
        source.keep(source.read(Snapshot.EMPTY).snapshot().orElseThrow());

        assertThat(Files.readString(folder.resolve("state/snapshot.json")).toLowerCase(Locale.ROOT))
                .doesNotContain("7766554433221100", "33221100", "keys");
        assertThat(source.lastGood().keys()).hasSize(1);
    }

    private void declare(String servers) throws IOException {
        Files.writeString(folder.resolve("web.yaml"), """
                apiVersion: hashlb.dev/v1alpha1
                kind: HashLoadBalancer
                metadata: {name: web}
                spec: {addresses: [198.51.100.10], ports: [{port: 80}]}
                ---
                apiVersion: hashlb.dev/v1alpha1
                kind: StaticServers
                metadata: {name: web}
                servers: [%s]
                ---
                apiVersion: hashlb.dev/v1alpha1
                kind: StaticNodes
                nodes: [{name: n1, address: 10.9.0.1}]
                """.formatted(servers));
    }

    /** Starts from nothing but the folder, as a new process does, and brings the file into force. */
    private Balancer restart() throws IOException, RefusedInputException {
        StandaloneSource source = source();
        Snapshot inForce = source.read(source.lastGood()).snapshot().orElseThrow();
        source.keep(inForce);
        return inForce.balancers().getFirst();
    }

    private StandaloneSource source() {
        return new StandaloneSource(folder.resolve("web.yaml"), null, new StateFolder(folder.resolve("state")));
    }
}

package dev.hashlb.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hashlb.crds.v1alpha1.HashNode;
import dev.hashlb.operator.identity.LoopbackNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A new operator, whose Secrets are new as well, and nodes that have snapshots of the one before. */
class ReinstallIT {
    private static final Duration LONG = Duration.ofMinutes(3);

    /** What ten leaders reserve who follow each other at once, as {@code push.Versions} does. */
    private static final long TEN_LEADERS = 10L << 20;

    private final List<AutoCloseable> open = new ArrayList<>();
    private ApiServer server;

    @BeforeEach
    void startApiServer() throws IOException, InterruptedException {
        assumeTrue(ApiServer.kit().isPresent(), "no API server: set " + ApiServer.KIT + ", see CONTRIBUTING.md");
        assumeTrue(RunningOperator.isBuilt(), "the operator is not built: run mvn package first");
        server = ApiServer.start();
        server.node("n1", "10.9.0.1");
        server.node("n2", "10.9.0.2");
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void nodesOfTheInstallationBeforeAreServedAgain() throws Exception {
        server.secret("hashlb-tunnel-keys", Map.of("nextVersion", "" + (System.currentTimeMillis() + TEN_LEADERS)));
        RunningOperator before = RunningOperator.start(server, "before");
        open.add(before);
        long stored;
        try (LoopbackNode node = dial(before, "n1").hello()) {
            stored = node.nextAcknowledged().getVersion();
        }
        before.close();
        for (String secret : List.of("hashlb-tunnel-keys", "hashlb-ca")) {
            server.secret(secret, Map.of());
        }
        server.admin().leases().inNamespace(ApiServer.NAMESPACE).delete();

        RunningOperator after = RunningOperator.start(server, "after");
        open.add(after);
        LoopbackNode without = dial(after, "n2").hello();
        open.add(without);
        assertThat(without.nextAcknowledged().getVersion())
                .as("of a new Secret")
                .isLessThan(stored);
        LoopbackNode node = dial(after, "n1").hello(stored);
        open.add(node);
        long raised = node.nextAcknowledged().getVersion();
        assertThat(raised).isGreaterThan(stored);
        assertThat(without.nextAcknowledged().getVersion()).isEqualTo(raised);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(
                                server.admin().resources(HashNode.class).list().getItems())
                        .filteredOn(n -> n.getStatus() != null)
                        .extracting(n -> n.getStatus().snapshotVersion())
                        .containsExactly(raised, raised));
    }

    @Test
    void aNodeThatLiesMovesNobodysVersions() throws Exception {
        RunningOperator operator = RunningOperator.start(server, "lied-to");
        open.add(operator);
        LoopbackNode honest = dial(operator, "n1").hello();
        open.add(honest);
        long version = honest.nextAcknowledged().getVersion();
        LoopbackNode liar = dial(operator, "n2").hello(Long.MAX_VALUE);
        open.add(liar);
        assertThat(liar.nextAcknowledged().getVersion()).isEqualTo(version);
        assertThat(honest.changes).isEmpty();
    }

    /** Dials as soon as the operator listens, trusting what it has published. */
    private LoopbackNode dial(RunningOperator operator, String name) {
        String token = server.dataPlaneToken(name);
        return await().atMost(LONG)
                .ignoreExceptions()
                .until(
                        () -> {
                            LoopbackNode node = LoopbackNode.trusting(
                                    name, operator.pushPort(), token, server.publishedAuthorities());
                            return node.open(node.issue());
                        },
                        node -> true);
    }
}

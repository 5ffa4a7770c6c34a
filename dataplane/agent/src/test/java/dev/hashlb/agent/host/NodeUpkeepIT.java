package dev.hashlb.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.core.address.IpAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeUpkeepIT {
    private static final IpAddress VIP = IpAddress.parse("198.51.100.10");
    private static final IpAddress OTHER = IpAddress.parse("198.51.100.11");
    private static final Duration OFTEN = Duration.ofMillis(50);
    private static final Duration SELDOM = Duration.ofDays(1);
    private static final String REMOVE_TABLE = "nft delete table inet hashlb";
    private static final String REMOVE_ROUTE = "ip route del 198.51.100.10 dev hashlb0";

    @TempDir
    Path state;

    private final ReentrantLock changes = new ReentrantLock();
    private TestNamespace node;

    @BeforeEach
    void createNode() {
        node = new TestNamespace("node");
        node.run("ip link set lo up");
    }

    @AfterEach
    void deleteNode() {
        node.close();
    }

    @Test
    void whatOthersRemoveComesBackWithoutAChange() throws Exception {
        looking(OFTEN, upkeep -> {
            upkeep.make(plan(VIP), Set.of("a"));
            node.run(REMOVE_TABLE);
            node.run(REMOVE_ROUTE);
            assertThat(isWhole()).isFalse();
            changes.unlock();
            try {
                await().untilAsserted(() -> assertThat(isWhole()).isTrue());
            } finally {
                changes.lock();
            }
        });
    }

    @Test
    void onlyAnotherPlanOrAnotherServerIsMade() throws Exception {
        looking(SELDOM, upkeep -> {
            upkeep.make(plan(VIP), Set.of("a"));
            node.run(REMOVE_ROUTE);
            upkeep.make(plan(VIP), Set.of("a"));
            assertThat(isWhole()).isFalse();
            upkeep.make(plan(VIP, OTHER), Set.of("a"));
            assertThat(isWhole()).isTrue();
            node.run(REMOVE_ROUTE);
            upkeep.make(plan(VIP, OTHER), Set.of("a", "b"));
            assertThat(isWhole()).isTrue();
        });
    }

    @Test
    void nothingIsTakenForGrantedAfterDistrust() throws Exception {
        looking(SELDOM, upkeep -> {
            upkeep.make(plan(VIP), Set.of("a"));
            node.run(REMOVE_TABLE);
            node.run(REMOVE_ROUTE);
            upkeep.distrust();
            upkeep.make(plan(VIP), Set.of("a"));
            assertThat(isWhole()).isTrue();
        });
    }

    private boolean isWhole() {
        return node.run("nft list tables").contains("inet hashlb")
                && node.run("ip route show").contains("198.51.100.10 dev hashlb0");
    }

    private static NodePlan plan(IpAddress... vips) {
        return new NodePlan(List.of(vips), true, false);
    }

    private interface Body {
        void run(NodeUpkeep upkeep) throws Exception;
    }

    /** The body holds the lock, as whoever changes something does. */
    private void looking(Duration period, Body body) throws Exception {
        node.namespace().call(() -> {
            changes.lock();
            try (Journal journal = Journal.open(state);
                    NodeSetup setup = NodeSetup.open(journal, 1);
                    NodeUpkeep upkeep = new NodeUpkeep(setup, changes, period)) {
                body.run(upkeep);
            } finally {
                changes.unlock();
            }
            return "";
        });
    }
}

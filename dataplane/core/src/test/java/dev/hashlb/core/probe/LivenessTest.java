package dev.hashlb.core.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.neighbor.MacAddress;
import dev.hashlb.core.snapshot.Node;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Nodes with simulated clocks and wires. */
class LivenessTest {
    private static final int STEP_MS = 50;
    /** Detection, a look at the clock, and the way. */
    private static final int LOST_WITHIN_MS = 1_000;

    private record Sent(String from, String to, Probe probe, long arrivesMs) {}

    /** All nodes and the wires between them. */
    private static final class World {
        private final Random random = new Random(20260604);
        private final Map<String, Node> nodes = new LinkedHashMap<>();
        private final Map<String, Liveness> running = new LinkedHashMap<>();
        private final Set<String> cut = new HashSet<>();
        private final Set<String> frozen = new HashSet<>();
        private List<Sent> wire = new ArrayList<>();
        private double loss;
        private long nowMs = 5_000;
        private int changes;

        World(String... routers) {
            List.of(routers).forEach(r -> add(r, true));
            nodes.keySet().forEach(this::start);
        }

        void add(String name, boolean router) {
            nodes.put(name, new Node(name, IpAddress.ipv4(0x0a090000 + nodes.size()), router));
        }

        Collection<Node> nodes() {
            return nodes.values();
        }

        void start(String name) {
            start(name, false);
        }

        void start(String name, boolean follows) {
            Liveness liveness = new Liveness(name, 1 + random.nextLong(Long.MAX_VALUE), follows, nowMs);
            liveness.nodes(nodes(), 42);
            running.put(name, liveness);
        }

        void kill(String name) {
            running.remove(name);
        }

        void run(long forMs) {
            for (long end = nowMs + forMs; nowMs < end; nowMs += STEP_MS) {
                List<Sent> later = new ArrayList<>();
                for (Sent sent : wire) {
                    Liveness to = running.get(sent.to());
                    if (sent.arrivesMs() > nowMs || frozen.contains(sent.to())) {
                        later.add(sent);
                    } else if (to != null) {
                        to.heard(sent.from(), sent.probe(), nowMs);
                    }
                }
                wire = later;
                running.forEach((name, node) -> {
                    if (!frozen.contains(name)) {
                        turn(name, node);
                    }
                });
            }
        }

        private void turn(String name, Liveness node) {
            changes += node.look(nowMs) ? 1 : 0;
            if (node.due(nowMs)) {
                for (Node to : node.peers()) {
                    String peer = to.name();
                    boolean passes = !cut.contains(name + ">" + peer) && random.nextDouble() >= loss;
                    if (passes) {
                        wire.add(new Sent(name, peer, node.next(peer, MacAddress.NONE), nowMs + random.nextInt(60)));
                    }
                }
            }
        }

        void cut(String a, String b) {
            cut.addAll(List.of(a + ">" + b, b + ">" + a));
        }

        void heal() {
            cut.clear();
        }

        String live(String node) {
            return String.join(
                    " ",
                    running.get(node).routers().routers().stream()
                            .map(Node::name)
                            .toList());
        }

        /** What all nodes think, if they think alike. */
        String live() {
            return running.keySet().stream().map(this::live).distinct().collect(Collectors.joining(" | "));
        }

        long untilMs(String node, String expected) {
            long start = nowMs;
            while (!live(node).equals(expected) && nowMs < start + 60_000) {
                run(STEP_MS);
            }
            return nowMs - start;
        }
    }

    @Test
    void aClusterThatStartsIsAgreedAfterASecond() {
        World world = new World("a", "b", "c");
        world.run(Liveness.SETTLED_AFTER_MS - STEP_MS);
        assertThat(world.live()).isEmpty();
        world.run(500);
        assertThat(world.live()).isEqualTo("a b c");
        world.running.values().forEach(n -> assertThat(n.agreed(world.nowMs)).isTrue());
    }

    /** Its predecessor has forwarded until now, so nothing moves. */
    @Test
    void aProcessThatFollowsAnotherIsCountedOnByItsPeers() {
        World world = new World("a", "b", "c");
        world.run(3_000);
        world.start("a", true);
        for (int i = 0; i < 100; i++) {
            world.run(50);
            assertThat(List.of(world.live("b"), world.live("c"))).containsOnly("a b c");
        }
        assertThat(world.live("a")).isEqualTo("a b c");
    }

    @Test
    void aProcessThatFollowsNoneIsNotCountedUntilItHasListened() {
        World world = new World("a", "b", "c");
        world.run(3_000);
        world.start("a", false);
        world.run(800);
        assertThat(world.live("b")).isEqualTo("b c");
    }

    @Test
    void aNodeAloneCountsItselfAtOnce() {
        World world = new World("a");
        world.run(STEP_MS);
        assertThat(world.live()).isEqualTo("a");
    }

    @Test
    void aNodeThatDiesIsLostWithinASecondByAllAndNobodyElseIs() {
        World world = new World("a", "b", "c", "d", "e");
        world.run(3_000);
        world.kill("c");
        assertThat(world.untilMs("a", "a b d e")).isBetween(400L, (long) LOST_WITHIN_MS);
        world.run(200);
        assertThat(world.live()).isEqualTo("a b d e");
    }

    @Test
    void aNodeThatStopsInOrderIsGoneAtOnce() {
        World world = new World("a", "b");
        world.run(3_000);
        world.running.get("b").leave();
        assertThat(world.untilMs("a", "a")).isLessThanOrEqualTo(150);
        world.kill("b");
        world.run(20_000);
        assertThat(world.running.get("a").missedPeers())
                .as("it is being restarted")
                .isEmpty();
        world.run(20_000);
        assertThat(world.running.get("a").missedPeers()).containsExactly("b");
    }

    @Test
    void aNodeThatComesBackCountsAfterItHasListened() {
        World world = new World("a", "b", "c");
        world.run(3_000);
        world.kill("b");
        world.run(2_000);
        world.start("b");
        world.run(900);
        assertThat(world.live("a")).isEqualTo("a c");
        assertThat(world.untilMs("a", "a b c")).isLessThan(1_500);
        world.run(500);
        assertThat(world.live()).isEqualTo("a b c");
    }

    /** So short that nobody lost it: its new process proves itself when the old one's echo has run out. */
    @Test
    void aNodeThatRestartsAtOnceComesBackToo() {
        World world = new World("a", "b");
        world.run(3_000);
        world.kill("b");
        world.start("b");
        world.run(4_000);
        assertThat(world.live()).isEqualTo("a b");
    }

    @Test
    void losingOneProbeInTwentyChangesNothing() {
        World world = new World("a", "b", "c");
        world.run(3_000);
        int before = world.changes;
        world.loss = 0.05;
        world.run(60_000);
        assertThat(world.live()).isEqualTo("a b c");
        assertThat(world.changes - before).isZero();
    }

    @Test
    void splitBrainGivesEachSideItsOwnListAndHeals() {
        World world = new World("a", "b", "c", "d");
        world.run(3_000);
        for (String left : List.of("a", "b")) {
            world.cut(left, "c");
            world.cut(left, "d");
        }
        world.run(1_200);
        assertThat(world.live()).isEqualTo("a b | c d");
        world.heal();
        assertThat(world.untilMs("a", "a b c d")).isBetween(Liveness.SETTLED_AFTER_MS, 1_800L);
        world.run(500);
        assertThat(world.live()).isEqualTo("a b c d");
    }

    /** a hears b, but b does not hear a: both count the other as lost, and so lists differ by as little as can be. */
    @Test
    void hearingWithoutBeingHeardIsNoLife() {
        World world = new World("a", "b");
        world.run(3_000);
        world.cut.add("a>b");
        world.run(2_500);
        assertThat(world.live("a")).isEqualTo("a");
        assertThat(world.live("b")).isEqualTo("b");
        world.heal();
        world.run(2_000);
        assertThat(world.live()).isEqualTo("a b");
    }

    @Test
    void whoFlapsHasToBeHeardLongerEachTime() {
        World world = new World("a", "b");
        world.run(3_000);
        List<Long> back = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            world.cut("a", "b");
            world.run(1_500);
            assertThat(world.live("a")).isEqualTo("a");
            world.heal();
            back.add(world.untilMs("a", "a b"));
        }
        assertThat(back.get(0)).isBetween(1_000L, 1_600L);
        assertThat(back.get(1)).isBetween(2_000L, 2_600L);
        assertThat(back.get(2)).isBetween(4_000L, 4_600L);
        assertThat(back.get(3)).isBetween(8_000L, 8_600L);

        world.run(61_000);
        world.cut("a", "b");
        world.run(1_500);
        world.heal();
        assertThat(world.untilMs("a", "a b")).as("after a quiet minute").isBetween(1_000L, 1_600L);
    }

    /** A process that was not scheduled for two seconds finds its peers' probes waiting, and loses nobody. */
    @Test
    void standingStillIsNotSilenceOfTheOthers() {
        World world = new World("a", "b", "c");
        world.run(3_000);
        world.frozen.add("a");
        world.run(2_000);
        assertThat(world.live("b")).isEqualTo("b c");
        world.frozen.clear();
        world.run(STEP_MS);
        assertThat(world.live("a")).isEqualTo("a b c");
    }

    @Test
    void recordedProbesDoNotKeepADeadNodeAlive() {
        World world = new World("a", "b");
        List<Probe> recorded = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            world.run(100);
            world.wire.stream()
                    .filter(s -> s.from().equals("b"))
                    .map(Sent::probe)
                    .forEach(recorded::add);
        }
        world.kill("b");
        for (int i = 0; i < 40; i++) {
            for (Probe probe : recorded) {
                world.wire.add(new Sent("b", "a", probe, world.nowMs));
            }
            world.run(50);
        }
        assertThat(recorded).hasSizeGreaterThan(10);
        assertThat(world.live("a")).isEqualTo("a");

        world.kill("a");
        world.start("a"); // knows no sequence yet
        for (int i = 0; i < 40; i++) {
            for (Probe probe : recorded) {
                world.wire.add(new Sent("b", "a", probe, world.nowMs));
            }
            world.run(50);
        }
        assertThat(world.live("a")).isEqualTo("a");
    }

    @Test
    void agreementIsSeenBySameDigestsOrAfter300Ms() {
        World world = new World("a", "b", "c");
        world.run(3_000);
        world.kill("c");
        world.untilMs("a", "a b");
        world.run(LOST_WITHIN_MS);
        Liveness a = world.running.get("a");
        assertThat(a.agreed(world.nowMs)).isTrue();

        world.start("c");
        world.untilMs("a", "a b c");
        world.run(250);
        assertThat(a.agreed(world.nowMs - STEP_MS)).as("by digests").isTrue();

        a.nodes(world.nodes(), 43); // VIPs that the others do not know yet
        world.kill("b");
        world.untilMs("a", "a c");
        assertThat(a.agreed(world.nowMs - STEP_MS)).isFalse();
        world.run(Liveness.AGREED_AFTER_MS);
        assertThat(a.agreed(world.nowMs)).as("by time").isTrue();
    }

    @Test
    void nodesThatAreNoRoutersAreProbedButNotListed() {
        World world = new World("a", "b");
        world.add("h", false);
        world.running.values().forEach(n -> n.nodes(world.nodes(), 42));
        world.start("h");
        world.run(3_000);
        assertThat(world.live()).isEqualTo("a b");
        assertThat(world.running.get("a").livePeers()).containsExactly("b", "h");
        world.kill("h");
        world.run(1_000);
        assertThat(world.running.get("a").livePeers()).containsExactly("b");

        world.nodes.remove("b");
        world.running.get("a").nodes(world.nodes(), 42);
        world.run(100);
        assertThat(world.live("a")).isEqualTo("a");
    }
}

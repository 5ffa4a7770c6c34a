package dev.hashlb.core.select;

import static dev.hashlb.core.select.ServerLists.balancer;
import static dev.hashlb.core.select.ServerLists.equal;
import static dev.hashlb.core.select.ServerLists.server;
import static dev.hashlb.core.select.ServerLists.weighted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.TableKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectionTableTest {
    private static final HashSettings MODULO =
            new HashSettings(HashFields.FIVE_TUPLE, TableKind.MODULO, HashSettings.DEFAULT_BUCKETS);

    @Test
    void tenEqualServersShareTheBucketsEvenly() {
        int[] counts = stable(equal(10)).slotsPerServer();

        assertThat(Arrays.stream(counts).sum()).isEqualTo(16381);
        double mean = 16381 / 10.0;
        assertThat(Arrays.stream(counts).max().orElseThrow() / mean).isLessThanOrEqualTo(1.1);
        assertThat(Arrays.stream(counts).min().orElseThrow() / mean).isGreaterThanOrEqualTo(0.9);
    }

    @Test
    void sharesAreProportionalToWeights() {
        int[] weights = {1, 2, 4, 8, 16};
        List<Server> servers = new ArrayList<>();
        for (int weight : weights) {
            servers.add(weighted("default/web/w" + weight, weight));
        }
        int[] counts = stable(servers).slotsPerServer();
        for (int i = 0; i < weights.length; i++) {
            double share = 16381.0 * weights[i] / 31;
            // Four standard deviations of a binomial draw.
            assertThat((double) counts[i]).isBetween(share - 4 * Math.sqrt(share), share + 4 * Math.sqrt(share));
        }
    }

    @Test
    void aSlotWithoutAnOwnerHasNobodyInItsChain() {
        assertThat(stable(List.of()).chainLength(0)).isZero();
    }

    @Test
    void theGreatestWeightWorks() {
        int[] counts = stable(List.of(weighted("a", Interval.MAX_WEIGHT), weighted("b", 1)))
                .slotsPerServer();
        assertThat(counts[1]).isBetween(20, 120); // 16381 / 257 is 64
    }

    @ParameterizedTest
    @ValueSource(ints = {1021, 4093, 16381, 65537})
    void joiningServerTakesBucketsOnlyForItself(int buckets) {
        String[] before = owners(equal(9), buckets);
        String[] after = owners(equal(10), buckets);
        int moved = 0;
        for (int bucket = 0; bucket < buckets; bucket++) {
            if (!before[bucket].equals(after[bucket])) {
                assertThat(after[bucket]).isEqualTo("default/web/web-9");
                moved++;
            }
        }
        assertThat(moved).isBetween(buckets / 10 * 7 / 10, buckets / 10 * 13 / 10);
    }

    @Test
    void leavingServerGivesAwayOnlyItsOwnBuckets() {
        String gone = "default/web/web-4";
        String[] before = owners(equal(10), 16381);
        String[] after = owners(
                equal(10).stream().filter(s -> !s.identity().equals(gone)).toList(), 16381);
        for (int bucket = 0; bucket < before.length; bucket++) {
            if (!before[bucket].equals(gone)) {
                assertThat(after[bucket]).isEqualTo(before[bucket]);
            }
        }
    }

    @Test
    void raisedWeightOnlyGains() {
        List<Server> raised = new ArrayList<>(equal(10));
        raised.set(3, weighted("default/web/web-3", 3));
        String[] before = owners(equal(10), 16381);
        String[] after = owners(raised, 16381);
        for (int bucket = 0; bucket < before.length; bucket++) {
            assertThat(after[bucket]).isIn(before[bucket], "default/web/web-3");
        }
        assertThat(Arrays.stream(after).filter("default/web/web-3"::equals).count())
                .isGreaterThan(2
                        * Arrays.stream(before)
                                .filter("default/web/web-3"::equals)
                                .count());
    }

    @Test
    void ownersDoNotDependOnTheListsOrder() {
        List<Server> shuffled = new ArrayList<>(equal(20));
        Collections.shuffle(shuffled, new Random(20260103));
        assertThat(owners(shuffled, 16381)).isEqualTo(owners(equal(20), 16381));
    }

    /** Equal hashes give equal scores in every bucket; an identity that stands there twice is the one way to have them. */
    @Test
    void tiesGoToTheSmallerHashThenTheSmallerBytes() {
        assertThat(precedes(1, "b", 2, "a")).isTrue();
        assertThat(precedes(2, "a", 1, "b")).isFalse();
        assertThat(precedes(1, "b", -1, "a")).as("unsigned").isTrue();
        assertThat(precedes(7, "a", 7, "b")).isTrue();
        assertThat(precedes(7, "b", 7, "a")).isFalse();
        assertThat(precedes(7, "a", 7, "ab")).as("a prefix is smaller").isTrue();
        // UTF-16 puts the supplementary U+1F600 (d83d…) before U+FF5E (ff5e); UTF-8 (f0… and ef…) does not
        assertThat(precedes(7, "\uff5e", 7, "\ud83d\ude00")).as("UTF-8").isTrue();
        assertThat(precedes(7, "a", 7, "a")).as("itself").isFalse();
    }

    private static boolean precedes(long hash, String identity, long otherHash, String otherIdentity) {
        return new Contender((char) 0, identity, hash, 1)
                .precedes(new Contender((char) 1, otherIdentity, otherHash, 1));
    }

    @Test
    void tieBreakDecidesWhoOwnsABucket() {
        Interval always = Interval.open(1, 1);
        ChainWalk walk = new ChainWalk(List.of(
                new Term(new Contender((char) 4, "b", 7, 1), always, 1),
                new Term(new Contender((char) 5, "a", 7, 1), always, 1)));
        for (int bucket = 0; bucket < 1021; bucket++) {
            assertThat(walk.walk(bucket)).isEqualTo(1);
            assertThat(walk.owner(0)).isEqualTo((char) 5);
        }
    }

    @Test
    void moduloIsTheListInItsOrder() {
        SelectionTable table = SelectionTable.of(balancer(MODULO, equal(7)), Family.IPV4, 1);
        assertThat(table.slots()).isEqualTo(7);
        for (int slot = 0; slot < 7; slot++) {
            assertThat(table.owner(slot)).isEqualTo(slot);
        }
        assertThat(table.slotsPerServer()).containsOnly(1);
    }

    @Test
    void moduloClosesTheGapOfOneThatLeft() {
        List<Server> servers =
                List.of(weighted("a", 1), server("b", new Interval(1, 1, OptionalLong.of(2))), weighted("c", 1));
        SelectionTable table = SelectionTable.of(balancer(MODULO, servers), Family.IPV4, 2);
        assertThat(table.n()).isEqualTo(2);
        assertThat(table.owner(0)).isEqualTo(0);
        assertThat(table.owner(1)).isEqualTo(2);
    }

    @Test
    void familiesHaveListsOfTheirOwn() {
        List<Server> servers = List.of(
                weighted("both", 1),
                server("v4", Set.of(Family.IPV4), List.of(Interval.open(1, 1))),
                server("v4too", Set.of(Family.IPV4), List.of(Interval.open(1, 1))));
        assertThat(SelectionTable.of(balancer(MODULO, servers), Family.IPV4, 1).n())
                .isEqualTo(3);
        assertThat(SelectionTable.of(balancer(MODULO, servers), Family.IPV6, 1).n())
                .isEqualTo(1);
        assertThat(stable(List.of(servers.get(1), servers.get(2))).n()).isEqualTo(2);
    }

    @Test
    void serverTakesNewFlowsFromJoinedUntilBeforeLeft() {
        Server server = server("a", new Interval(1, 2, OptionalLong.of(4)), new Interval(1, 6, OptionalLong.empty()));
        for (long generation = 0; generation < 9; generation++) {
            boolean listed = generation == 2 || generation == 3 || generation >= 6;
            assertThat(SelectionTable.of(balancer(MODULO, List.of(server)), Family.IPV6, generation)
                            .isEmpty())
                    .as("generation %d", generation)
                    .isEqualTo(!listed);
        }
    }

    @Test
    void preparedServerIsInNoList() {
        List<Server> with = List.of(weighted("a", 1), server("prepared"), weighted("b", 1));
        SelectionTable modulo = SelectionTable.of(balancer(MODULO, with), Family.IPV4, 1);
        assertThat(modulo.n()).isEqualTo(2);
        assertThat(modulo.owner(1)).isEqualTo(2);
        assertThat(stable(with).slotsPerServer()[1]).isZero();
        assertThat(stable(List.of(server("prepared"))).isEmpty()).isTrue();
        assertThat(balancer(MODULO, with).serversAt(1, Family.IPV4)).hasSize(2);
    }

    @Test
    void weightIsThatOfTheIntervalOfTheGeneration() {
        List<Server> servers =
                List.of(weighted("a", 1), server("b", new Interval(1, 1, OptionalLong.of(2)), Interval.open(9, 2)));
        assertThat(SelectionTable.of(balancer(HashSettings.DEFAULT, servers), Family.IPV4, 1)
                        .slotsPerServer()[1])
                .isBetween(7_800, 8_600);
        assertThat(SelectionTable.of(balancer(HashSettings.DEFAULT, servers), Family.IPV4, 2)
                        .slotsPerServer()[1])
                .isBetween(14_500, 15_000);
    }

    @Test
    void emptyListHasNoSlots() {
        SelectionTable table = stable(List.of());
        assertThat(table.isEmpty()).isTrue();
        assertThat(table.n()).isZero();
        assertThat(table.slots()).isZero();
        assertThat(table.slotsPerServer()).isEmpty();
    }

    /** Linux clients connect from ports of one parity. */
    @Test
    void clientsWithEvenPortsOnlyAreBalanced() {
        SelectionTable table = stable(equal(4));
        int[] counts = new int[4];
        Flow flow = new Flow();
        for (int port = 32768; port < 60000; port += 2) {
            counts[table.owner(table.slot(flow.setIpv4(0xc0000207L, port, 0xc633640aL, 80, 6)))]++;
        }
        int mean = (60000 - 32768) / 2 / 4;
        assertThat(Arrays.stream(counts).max().orElseThrow()).isLessThan(mean * 11 / 10);
        assertThat(Arrays.stream(counts).min().orElseThrow()).isGreaterThan(mean * 9 / 10);
    }

    private static SelectionTable stable(List<Server> servers) {
        return SelectionTable.of(balancer(HashSettings.DEFAULT, servers), Family.IPV4, 1);
    }

    private static String[] owners(List<Server> servers, int buckets) {
        HashSettings hash = new HashSettings(HashFields.FIVE_TUPLE, TableKind.STABLE, buckets);
        SelectionTable table = SelectionTable.of(balancer(hash, servers), Family.IPV4, 1);
        String[] owners = new String[buckets];
        for (int bucket = 0; bucket < buckets; bucket++) {
            owners[bucket] = servers.get(table.owner(bucket)).identity();
        }
        return owners;
    }
}

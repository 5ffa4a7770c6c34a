package dev.hashlb.core.select;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.TableKind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chains of random histories against a simulation that remembers every owner there ever was. The seed is the parameter. */
class OwnerChainHistoryTest {
    private static final int BUCKETS = 1021;
    private static final int LOOKED_AT = 97;
    private static final int STEPS = 60;
    private static final HashSettings HASH = new HashSettings(HashFields.FIVE_TUPLE, TableKind.STABLE, BUCKETS);

    @ParameterizedTest
    @ValueSource(longs = {20260501, 20260502, 20260503, 20260504, 20260505, 20260506, 20260507, 20260508})
    void everyLivingTrueOwnerIsInTheChain(long seed) {
        History history = new History(seed);
        for (int step = 0; step < STEPS; step++) {
            history.step();
            Balancer balancer = balancer(history);
            SelectionTable table = SelectionTable.of(balancer, Family.IPV4, history.generation());
            if (history.isEmpty()) {
                continue;
            }
            for (int bucket = 0; bucket < LOOKED_AT; bucket++) {
                Set<String> truth = history.livingTrueOwners(bucket);
                assertThat(identities(balancer, table, bucket))
                        .as("seed %d, generation %d, bucket %d", seed, history.generation(), bucket)
                        .containsAll(truth);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {20260511, 20260512, 20260513, 20260514})
    void chainIsWhatTheDefinitionSaysGenerationByGeneration(long seed) {
        History history = new History(seed);
        for (int step = 0; step < STEPS; step++) {
            history.step();
            Balancer balancer = balancer(history);
            SelectionTable table = SelectionTable.of(balancer, Family.IPV4, history.generation());
            for (int bucket = 0; bucket < LOOKED_AT && table.hasOwners(); bucket++) {
                assertThat(identities(balancer, table, bucket))
                        .as("seed %d, generation %d, bucket %d", seed, history.generation(), bucket)
                        .isEqualTo(history.definedChain(bucket));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {20260521, 20260522, 20260523, 20260524, 20260525, 20260526, 20260527, 20260528})
    void computedFromTheListBeforeItIsTheSame(long seed) {
        History history = new History(seed);
        history.step();
        SelectionTable incremental = SelectionTable.of(balancer(history), Family.IPV4, history.generation());
        for (int step = 0; step < 5 * STEPS; step++) {
            history.step();
            Balancer balancer = balancer(history);
            SelectionTable full = SelectionTable.of(balancer, Family.IPV4, history.generation());
            incremental = incremental.next(balancer, Family.IPV4);
            assertThat(incremental.n()).isEqualTo(full.n());
            assertThat(incremental.hasOwners()).isEqualTo(full.hasOwners());
            for (int bucket = 0; bucket < BUCKETS && full.hasOwners(); bucket++) {
                if (!OwnerChainTest.chain(incremental, bucket).equals(OwnerChainTest.chain(full, bucket))) {
                    assertThat(OwnerChainTest.chain(incremental, bucket))
                            .as("seed %d, step %d, generation %d, bucket %d", seed, step, history.generation(), bucket)
                            .isEqualTo(OwnerChainTest.chain(full, bucket));
                }
            }
            assertThat(incremental.chainBytes()).isEqualTo(full.chainBytes());
        }
    }

    /** The list may already say what comes after the generation that is looked at. */
    @ParameterizedTest
    @ValueSource(longs = {20260531, 20260532})
    void computedFromAnEarlierGenerationOfTheSameListItIsTheSame(long seed) {
        History history = new History(seed);
        for (int step = 0; step < STEPS; step++) {
            history.step();
        }
        Balancer balancer = balancer(history);
        SelectionTable before = SelectionTable.of(balancer, Family.IPV4, 1);
        for (long generation = 2; generation <= history.generation(); generation += 1 + generation % 3) {
            SelectionTable full = SelectionTable.of(balancer, Family.IPV4, generation);
            SelectionTable incremental = before.next(balancer.withGeneration(generation), Family.IPV4);
            for (int bucket = 0; bucket < LOOKED_AT && full.hasOwners(); bucket++) {
                assertThat(OwnerChainTest.chain(incremental, bucket))
                        .as("seed %d, generation %d, bucket %d", seed, generation, bucket)
                        .isEqualTo(OwnerChainTest.chain(full, bucket));
            }
            before = incremental;
        }
    }

    /** The last that ever took flows is gone, and who is prepared never did: no bucket has an owner. */
    @Test
    void computedFromTheListBeforeOfWhomNobodyIsLeftItIsEmpty() {
        Server old = ServerLists.server("old", new Interval(1, 1, OptionalLong.of(2)));
        Server prepared = ServerLists.server("prepared");
        SelectionTable before = SelectionTable.of(
                ServerLists.balancer(HASH, List.of(old, prepared)).withGeneration(2), Family.IPV4, 2);
        Balancer after = ServerLists.balancer(HASH, List.of(prepared)).withGeneration(3);
        assertThat(before.hasOwners()).isTrue();
        assertThat(before.next(after, Family.IPV4).hasOwners())
                .isEqualTo(SelectionTable.of(after, Family.IPV4, 3).hasOwners())
                .isFalse();
    }

    /** A table that both families share is a good beginning for either; then each has its own list. */
    @Test
    void computedFromTheSharedTableOfBothFamiliesItIsTheFamilysOwn() {
        List<Server> both = ServerLists.equal(10);
        List<Server> ipv6 = new ArrayList<>(both);
        Server leaves = both.get(3);
        ipv6.set(3, ServerLists.server(leaves.identity(), Set.of(Family.IPV4), leaves.intervals()));
        SelectionTable shared = SelectionTable.of(ServerLists.balancer(HASH, both), Family.IPV4, 1);
        Balancer after = ServerLists.balancer(HASH, ipv6).withGeneration(1);
        for (Family family : Family.values()) {
            SelectionTable full = SelectionTable.of(after, family, 1);
            SelectionTable incremental = shared.next(after, family);
            for (int bucket = 0; bucket < HASH.buckets(); bucket++) {
                assertThat(OwnerChainTest.chain(incremental, bucket))
                        .as("%s, bucket %d", family, bucket)
                        .isEqualTo(OwnerChainTest.chain(full, bucket));
            }
        }
    }

    private static Balancer balancer(History history) {
        return ServerLists.balancer(HASH, history.servers()).withGeneration(history.generation());
    }

    private static List<String> identities(Balancer balancer, SelectionTable table, int bucket) {
        List<String> identities = new ArrayList<>();
        for (int server : OwnerChainTest.chain(table, bucket)) {
            identities.add(balancer.servers().get(server).identity());
        }
        return identities;
    }
}

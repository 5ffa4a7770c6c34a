package dev.hashlb.core.select;

import static dev.hashlb.core.select.ServerLists.balancer;
import static dev.hashlb.core.select.ServerLists.equal;
import static dev.hashlb.core.select.ServerLists.server;
import static dev.hashlb.core.select.ServerLists.weighted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.TableKind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Chains of lists so small that one sees what they must be; {@link OwnerChainHistoryTest} tries long histories. */
class OwnerChainTest {
    private static final int BUCKETS = 16381;

    @Test
    void quietBalancerHasNoChainsAndNoMemoryForThem() {
        SelectionTable table = stable(equal(10), 7);

        assertThat(table.movedSlots()).isZero();
        assertThat(table.chainBytes()).isZero();
        assertThat(table.moved(3)).isFalse();
        assertThat(table.chainLength(3)).isEqualTo(1);
        assertThat(table.chain(3, 0)).isEqualTo(table.owner(3));
    }

    @Test
    void joiningServersBucketsKeepTheirOwnersBefore() {
        List<Server> servers = new ArrayList<>(equal(9));
        SelectionTable before = stable(servers, 1);
        servers.add(server("default/web/web-9", Interval.open(1, 2)));
        SelectionTable after = stable(servers, 2);

        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            if (after.owner(bucket) == 9) {
                assertThat(chain(after, bucket)).containsExactly(9, before.owner(bucket));
            } else {
                assertThat(chain(after, bucket)).containsExactly(before.owner(bucket));
            }
        }
        assertThat(after.movedSlots()).isEqualTo(after.slotsPerServer()[9]);
    }

    @Test
    void leavingServerIsTheSecondOfItsBuckets() {
        List<Server> servers = new ArrayList<>(equal(10));
        SelectionTable before = stable(servers, 1);
        servers.set(4, server("default/web/web-4", closed(1, 1, 2)));
        SelectionTable after = stable(servers, 2);

        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            if (before.owner(bucket) == 4) {
                assertThat(chain(after, bucket)).containsExactly(after.owner(bucket), 4);
            } else {
                assertThat(after.moved(bucket)).isFalse();
            }
        }
    }

    @Test
    void whoComesBackIsFirstAgainAndStandsThereOnce() {
        Server returns = server("b", closed(1, 1, 2), Interval.open(1, 3));
        SelectionTable table = stable(List.of(weighted("a", 1), returns), 3);

        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            List<Integer> chain = chain(table, bucket);
            assertThat(chain).isIn(List.of(0), List.of(1, 0));
        }
    }

    @Test
    void allThatDrainStillHaveOwnersThoughNobodyTakesNewFlows() {
        List<Server> servers = List.of(server("a", closed(1, 1, 3)), server("b", closed(1, 1, 2)));
        SelectionTable table = stable(servers, 3);

        assertThat(table.isEmpty()).isTrue();
        assertThat(table.slots()).isZero();
        assertThat(table.hasOwners()).isTrue();
        assertThat(table.slotsPerServer()).containsOnly(0);
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            assertThat(table.owner(bucket)).isZero(); // alone in generation 2
        }
    }

    @Test
    void generationsOfWhichNobodyLivesAreSkipped() {
        List<Server> servers = List.of(server("old", closed(1, 2, 4)), server("new", Interval.open(1, 9)));
        SelectionTable table = stable(servers, 12);
        assertThat(chain(table, 0)).containsExactly(1, 0);
    }

    @Test
    void moduloHasNoChain() {
        HashSettings modulo = new HashSettings(HashFields.FIVE_TUPLE, TableKind.MODULO, BUCKETS);
        List<Server> servers = List.of(weighted("a", 1), server("b", closed(1, 1, 2)));
        SelectionTable table = SelectionTable.of(balancer(modulo, servers), Family.IPV4, 2);
        assertThat(table.moved(0)).isFalse();
        assertThat(table.chainLength(0)).isEqualTo(1);
        assertThat(table.explainChain(0)).isEmpty();
    }

    @Test
    void reasonsNameTheIntervalAndItsNewestGenerationAsHighest() {
        List<Server> servers = List.of(
                weighted("stays", 1),
                server("left", closed(1, 1, 5)),
                server("back", closed(2, 2, 3), closed(1, 4, 6)));
        SelectionTable table = stable(servers, 8);
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            List<ChainLink> links = table.explainChain(bucket);
            assertThat(links.stream().map(ChainLink::serverIndex)).isEqualTo(chain(table, bucket));
            long before = Long.MAX_VALUE;
            for (ChainLink link : links) {
                assertThat(link.interval().contains(link.newestOwned())).isTrue();
                assertThat(link.newestOwned()).isLessThan(before);
                before = link.newestOwned();
            }
        }
    }

    /** Six bytes for each bucket that moved once, and three sixteenths of a byte for each bucket; see docs/calculation.md. */
    @Test
    void memoryIsThatOfTheDocumentation() {
        List<Server> servers = List.of(server("a", closed(1, 1, 2)), server("b", Interval.open(1, 2)));
        SelectionTable table = stable(servers, 2);
        assertThat(table.movedSlots()).isEqualTo(BUCKETS);
        assertThat(table.chainBytes()).isEqualTo(6L * BUCKETS + 256 * (8 + 4) + 4);
    }

    static List<Integer> chain(SelectionTable table, int bucket) {
        return IntStream.range(0, table.chainLength(bucket))
                .map(i -> table.chain(bucket, i))
                .boxed()
                .toList();
    }

    private static Interval closed(int weight, long joined, long left) {
        return new Interval(weight, joined, OptionalLong.of(left));
    }

    private static SelectionTable stable(List<Server> servers, long generation) {
        return SelectionTable.of(balancer(HashSettings.DEFAULT, servers), Family.IPV4, generation);
    }
}

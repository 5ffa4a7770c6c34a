package dev.hashlb.core.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.select.Identity;
import dev.hashlb.core.select.SelectionTable;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.tunnel.TunnelHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How an offer moves along chains. {@code draining(n)}: server i alone took new flows in generation i + 1, the last still does. */
class OfferTest {
    private static final int SLOT = 7;

    private final Offer offer = new Offer();

    @Test
    void routerOffersToTheOwnerAndThreeMore() {
        BalancerTable table = draining(6, 6);
        offer.atRouter(table, Family.IPV4, SLOT);

        assertThat(named(offer)).containsExactly("s5", "s4", "s3", "s2");
        assertThat(offer.hops()).isZero();
        assertThat(offer.deliver()).isFalse();
        assertThat(offer.generation()).isEqualTo(6);
    }

    @Test
    void bucketOfOneOwnerIsNotAskedAbout() {
        BalancerTable table = draining(1, 1);
        offer.atRouter(table, Family.IPV4, SLOT);

        assertThat(named(offer)).containsExactly("s0");
        assertThat(offer.asks(table, Family.IPV4, SLOT, 0)).isFalse();
    }

    @Test
    void hostWithTheSameListGoesThroughAllOfItsChainAndEndsAtTheOwner() {
        BalancerTable table = draining(7, 7);
        offer.atRouter(table, Family.IPV4, SLOT);

        assertThat(walk(table)).containsExactly("s6", "s5", "s4", "s3", "s2", "s1", "s0", "s6 unasked");
        assertThat(offer.hops()).isEqualTo(7);
    }

    @Test
    void hostThatIsBehindGoesByTheHeaderAndThenByItsOwnList() {
        BalancerTable routers = draining(6, 6);
        BalancerTable behind = draining(6, 3);
        offer.atRouter(routers, Family.IPV4, SLOT);

        assertThat(offer.ahead(behind)).isEqualTo(-3);
        assertThat(walk(behind))
                .as("the header, then its own list, in which s2 is the first, and at the end the header's owner")
                .containsExactly("s5", "s4", "s3", "s2", "s1", "s0", "s5 unasked");
        assertThat(offer.generation()).isEqualTo(6);
    }

    @Test
    void hostWhoseListHasNotMovedYetGoesByTheHeader() {
        BalancerTable routers = draining(2, 2);
        BalancerTable behind = prepared(2, 1);
        offer.atRouter(routers, Family.IPV4, SLOT);

        assertThat(ipv4(behind).movedSlots()).isZero();
        assertThat(walk(behind)).containsExactly("s1", "s0", "s1 unasked");
    }

    @Test
    void whatIsForAServerThatIsGoneComesToTheOnlyOwner() {
        BalancerTable table = draining(1, 1);
        received(0, 0, Identity.wireId("gone"));

        assertThat(offer.asks(table, Family.IPV4, SLOT, -1)).isTrue();
        offer.unclaimed(table, Family.IPV4, SLOT);
        assertThat(named(offer)).containsExactly("s0");
        assertThat(offer.deliver()).isTrue();
    }

    @Test
    void hostThatIsAheadKeepsToTheRoutersListAndEndsAtItsOwnOwner() {
        BalancerTable routers = draining(3, 3);
        BalancerTable ahead = after(routers, 4, 4);
        offer.atRouter(routers, Family.IPV4, SLOT); // s2, s1, s0

        assertThat(walk(ahead)).containsExactly("s2", "s1", "s0", "s3 unasked");
        assertThat(offer.generation()).isEqualTo(4);
    }

    /** Whom the lists between had for the owner is in its own chain only. */
    @Test
    void hostThatIsAheadByMoreGoesThroughAllOfItsOwnChain() {
        BalancerTable routers = draining(3, 3);
        BalancerTable ahead = after(routers, 5, 5);
        offer.atRouter(routers, Family.IPV4, SLOT); // s2, s1, s0

        assertThat(walk(ahead)).containsExactly("s2", "s4", "s3", "s2", "s1", "s0", "s4 unasked");
    }

    @Test
    void hostThatIsTooFarAheadGoesThroughAllOfItsOwnChain() {
        BalancerTable routers = draining(3, 3);
        BalancerTable ahead = draining(6, 6);
        offer.atRouter(routers, Family.IPV4, SLOT); // s2, s1, s0

        assertThat(walk(ahead)).containsExactly("s2", "s5", "s4", "s3", "s2", "s1", "s0", "s5 unasked");
        assertThat(offer.generation()).isEqualTo(6);
    }

    @Test
    void listsOfAnEarlierBalancerOfTheNameAreForgotten() {
        BalancerTable gone = after(draining(2, 2), 3, 3);
        BalancerTable anew = after(gone, 1, 1);
        for (int generation = 2; generation <= 3; generation++) {
            assertThat(anew.list(generation)).isNull();
        }
        assertThat(after(anew, 2, 2).list(3)).isNull();
    }

    @Test
    void threeListsBeforeItsOwnAreKept() {
        BalancerTable table = draining(1, 1);
        for (int generation = 2; generation <= 6; generation++) {
            table = after(table, generation, generation);
        }
        assertThat(table.list(2)).isNull();
        for (int generation = 3; generation <= 6; generation++) {
            ServerList list = table.list(generation);
            assertThat(list).isNotNull();
            assertThat(list.generation()).isEqualTo(generation);
        }
    }

    @Test
    void hostThatIsBehindEndsAtTheOwnerOfAHostThatWasAhead() {
        BalancerTable ahead = draining(6, 6);
        BalancerTable behind = draining(6, 3);
        offer.atRouter(ahead, Family.IPV4, SLOT);
        offer.unclaimed(ahead, Family.IPV4, SLOT);
        assertThat(named(offer)).containsExactly("s4", "s3", "s2", "s5");

        assertThat(walk(behind)).containsExactly("s4", "s3", "s2", "s1", "s0", "s5 unasked");
    }

    /** A host that is ahead of the list by which the way goes may be behind the one by which the end was chosen. */
    @Test
    void theEndStaysTheNewestListsOwnerWhateverListsTheWayGoesBy() {
        BalancerTable behind = draining(5, 3);
        offer.atRouter(behind, Family.IPV4, SLOT); // s2, s1, s0
        offer.unclaimed(after(behind, 5, 5), Family.IPV4, SLOT);
        assertThat(named(offer)).containsExactly("s4", "s3", "s2", "s4");
        for (int host = 0; host < 3; host++) {
            offer.unclaimed(behind, Family.IPV4, SLOT);
        }
        assertThat(named(offer)).containsExactly("s1", "s0", "s4");
        assertThat(offer.generation()).isEqualTo(3);
        assertThat(offer.lead()).isEqualTo(2);

        received(offer.generation(), offer.hops(), offer.flags(), offer.lead(), wireIds(1, 0, 4));
        assertThat(walk(draining(5, 4))).endsWith("s4 unasked");
        assertThat(offer.generation()).isEqualTo(5);
        assertThat(offer.lead()).isZero();
    }

    @Test
    void serverThatTheListHasNoMoreMeansTheWholeChain() {
        BalancerTable table = draining(3, 3);
        received(2, 0, Identity.wireId("gone"));

        assertThat(offer.asks(table, Family.IPV4, SLOT, -1)).isTrue();
        offer.unclaimed(table, Family.IPV4, SLOT);
        assertThat(named(offer)).containsExactly("s2", "s1", "s0", "s2");
        assertThat(walk(table)).containsExactly("s2", "s1", "s0", "s2 unasked");
    }

    @Test
    void olderRoutersOwnerThatIsNotOursIsAskedThoughTheBucketHasOneOwner() {
        BalancerTable table = draining(1, 1);
        assertThat(offerTo(table, 1, 5)).isTrue();
        offer.unclaimed(table, Family.IPV4, SLOT);
        assertThat(named(offer)).containsExactly("s0");
        assertThat(offer.deliver()).isTrue();
    }

    @Test
    void allOfALongChainAreAsked() {
        BalancerTable table = draining(40, 40);
        offer.atRouter(table, Family.IPV4, SLOT);

        assertThat(walk(table)).hasSize(41).endsWith("s0", "s39 unasked");
    }

    /** Whoever comes after the last may be the one that has the connection. */
    @Test
    void whatWasPassedOnTooOftenIsDroppedAndNotDelivered() {
        BalancerTable table = draining(6, 6);
        received(6, Offer.MOST_HOPS - 2, wireIds(4, 3, 2, 5));
        assertThat(offer.unclaimed(table, Family.IPV4, SLOT)).isTrue();
        assertThat(offer.hops()).isEqualTo(Offer.MOST_HOPS - 1);
        assertThat(offer.unclaimed(table, Family.IPV4, SLOT)).isFalse();
        assertThat(offer.deliver()).isFalse();
    }

    /** The hops of a way that began anew say nothing of where in the chain it is. */
    @Test
    void hostThatIsBehindGoesOnByItsOwnListThoughThePacketWasPassedOnOften() {
        BalancerTable behind = draining(8, 7);
        received(8, 20, wireIds(6, 7));

        assertThat(walk(behind)).containsExactly("s6", "s5", "s4", "s3", "s2", "s1", "s0", "s7 unasked");
    }

    @Test
    void generationsAreComparedAcrossTheirOverflow() {
        BalancerTable table = draining(3, 3);
        received(-2, 0, wireIds(0)); // 2^32 - 2: five before 3
        assertThat(offer.ahead(table)).isEqualTo(5);
    }

    @Test
    void newConnectionGoesToTheOwnerUnasked() {
        BalancerTable table = draining(3, 3);
        received(1, 0, wireIds(0));
        offer.redirectToOwner(table, Family.IPV4, SLOT);

        assertThat(named(offer)).containsExactly("s2");
        assertThat(offer.hops()).isEqualTo(1);
        assertThat(offer.deliver()).isFalse();
    }

    @Test
    void overTheBudgetTheOwnerGetsIt() {
        BalancerTable table = draining(3, 3);
        BalancerTable behind = draining(3, 1);
        offer.atRouter(table, Family.IPV4, SLOT);
        offer.deliverToEnd(behind, Family.IPV4, SLOT);
        assertThat(named(offer))
                .as("a host that is behind, of a router's packet")
                .containsExactly("s2");

        received(9, 2, wireIds(0, 1, 2));
        offer.deliverToEnd(behind, Family.IPV4, SLOT);
        assertThat(named(offer)).as("of one that was passed on").containsExactly("s2");
    }

    @Test
    void whoClaimsItWeaklyGetsItWhereNobodyElseDoes() {
        BalancerTable table = draining(4, 4);
        offer.atRouter(table, Family.IPV4, SLOT); // s3, s2, s1, s0
        offer.unclaimed(table, Family.IPV4, SLOT);
        offer.weaklyClaimed(); // at s2
        offer.unclaimed(table, Family.IPV4, SLOT);

        assertThat(named(offer)).containsExactly("s1", "s0", "s2");
        assertThat(offer.flags()).isEqualTo(TunnelHeader.FLAG_WEAK_CLAIM);
        assertThat(walk(table)).containsExactly("s1", "s0", "s2 unasked");
        assertThat(offer.flags()).isEqualTo(TunnelHeader.FLAG_DELIVER);
    }

    @Test
    void theFirstOfTwoWeakClaimsIsTheEnd() {
        BalancerTable table = draining(4, 4);
        offer.atRouter(table, Family.IPV4, SLOT);
        offer.weaklyClaimed(); // at s3
        offer.unclaimed(table, Family.IPV4, SLOT);
        offer.weaklyClaimed(); // at s2
        assertThat(walk(table)).containsExactly("s2", "s1", "s0", "s3 unasked");
    }

    @Test
    void hostThatIsBehindKeepsTheWeakClaim() {
        BalancerTable routers = draining(6, 6);
        BalancerTable behind = draining(6, 3);
        offer.atRouter(routers, Family.IPV4, SLOT);
        offer.unclaimed(routers, Family.IPV4, SLOT);
        offer.weaklyClaimed(); // at s4
        offer.unclaimed(behind, Family.IPV4, SLOT);
        assertThat(named(offer)).containsExactly("s3", "s2", "s4");

        received(offer.generation(), offer.hops(), offer.flags(), offer.lead(), wireIds(3, 2, 4));
        assertThat(walk(behind)).containsExactly("s3", "s2", "s1", "s0", "s4 unasked");
    }

    @Test
    void hostThatIsAheadKeepsTheWeakClaim() {
        BalancerTable ahead = draining(6, 6);
        received(3, 1, TunnelHeader.FLAG_WEAK_CLAIM, 0, wireIds(1, 0, 2));

        assertThat(walk(ahead)).endsWith("s2 unasked");
    }

    private boolean offerTo(BalancerTable table, int generation, int server) {
        received(generation, 0, wireIds(server));
        return offer.asks(table, Family.IPV4, SLOT, server);
    }

    /** Whom it is offered to until somebody gets it unasked, if nobody claims it. */
    private List<String> walk(BalancerTable table) {
        List<String> way = new ArrayList<>();
        for (int i = 0; i <= Offer.MOST_HOPS; i++) {
            int server = table.serverByWireId(offer.wireId(0));
            if (!offer.asks(table, Family.IPV4, SLOT, server)) {
                way.add("s" + server + " unasked");
                return way;
            }
            way.add("s" + server);
            assertThat(offer.unclaimed(table, Family.IPV4, SLOT)).isTrue();
        }
        throw new AssertionError("it never ends: " + way);
    }

    private void received(int generation, int hops, int... ids) {
        received(generation, hops, 0, 0, ids);
    }

    private void received(int generation, int hops, int flags, int lead, int[] ids) {
        int[] four = Arrays.copyOf(ids, 4);
        offer.received(generation, hops, flags, lead, four[0], four[1], four[2], four[3]);
    }

    private static int[] wireIds(int... servers) {
        return IntStream.of(servers).map(i -> Identity.wireId("s" + i)).toArray();
    }

    private static List<String> named(Offer offer) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 4 && offer.wireId(i) != 0; i++) {
            int id = offer.wireId(i);
            names.add(IntStream.range(0, 40)
                    .mapToObj(s -> "s" + s)
                    .filter(s -> Identity.wireId(s) == id)
                    .findFirst()
                    .orElse("unknown"));
        }
        return names;
    }

    private static SelectionTable ipv4(BalancerTable table) {
        return table.table(Family.IPV4);
    }

    private static BalancerTable draining(int servers, long generation) {
        return compile(balancer(servers, generation, i -> inTurn(i, servers)), null);
    }

    private static BalancerTable after(BalancerTable before, int servers, long generation) {
        return compile(balancer(servers, generation, i -> inTurn(i, servers)), before);
    }

    private static List<Interval> inTurn(int i, int servers) {
        return List.of(new Interval(1, i + 1L, i + 1 < servers ? OptionalLong.of(i + 2L) : OptionalLong.empty()));
    }

    /** Only s0 has taken new flows so far. */
    private static BalancerTable prepared(int servers, long generation) {
        return compile(balancer(servers, generation, i -> i == 0 ? List.of(Interval.open(1, 1)) : List.of()), null);
    }

    private static BalancerTable compile(Balancer balancer, @Nullable BalancerTable before) {
        return new BalancerTable(0, balancer, Map.of("n", 0), before);
    }

    private static Balancer balancer(int servers, long generation, IntFunction<List<Interval>> intervals) {
        List<Server> list = IntStream.range(0, servers)
                .mapToObj(i -> new Server(
                        "s" + i, "s" + i, "n", "ns" + i, List.of(), Set.of(Family.values()), intervals.apply(i)))
                .toList();
        return Lists.of(HashSettings.DEFAULT, generation, list);
    }
}

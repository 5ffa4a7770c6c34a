package dev.hashlb.core.declare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.declare.Numbering.Numbered;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The table of docs/state.md, row by row. */
class NumberingTest {
    private static final NamespacedName NAME = new NamespacedName("shop", "web");
    private static final Place PLACE = Place.of(0, "servers of shop/web");

    private Snapshot before = Snapshot.EMPTY;

    @Test
    void firstListBeginsAtOne() {
        Numbered numbered = step(server("a", 1, false), server("b", 1, true));

        assertThat(numbered.intervals()).containsExactly(List.of(Interval.open(1, 1)), List.of(interval(1, 1, 2)));
        assertThat(numbered.generation()).isEqualTo(2);
    }

    @Test
    void emptyListIsGenerationOne() {
        assertThat(step().generation()).isEqualTo(1);
    }

    @Test
    void unchangedListKeepsItsGeneration() {
        step(server("a", 1, false));

        assertThat(step(server("a", 1, false)).generation()).isEqualTo(1);
    }

    @Test
    void everythingSeenAtOnceIsOneStep() {
        step(server("a", 1, false), server("b", 1, false), server("gone", 1, false));

        Numbered numbered = step(server("a", 1, true), server("b", 3, false), server("c", 1, false));

        assertThat(numbered.generation()).isEqualTo(2);
        assertThat(numbered.intervals())
                .containsExactly(
                        List.of(interval(1, 1, 2)),
                        List.of(interval(1, 1, 2), Interval.open(3, 2)),
                        List.of(Interval.open(1, 2)));
    }

    @Test
    void removalAloneIsAStep() {
        step(server("a", 1, false), server("b", 1, false));

        assertThat(step(server("a", 1, false)).generation()).isEqualTo(2);
    }

    @Test
    void serverThatNoLongerDrainsGetsAnotherInterval() {
        step(server("a", 1, false));
        step(server("a", 1, true));

        assertThat(step(server("a", 1, false)).intervals())
                .containsExactly(List.of(interval(1, 1, 2), Interval.open(1, 3)));
    }

    @Test
    void serverThatVanishedIsNewWhenItReturns() {
        step(server("a", 1, false), server("b", 1, false));
        step(server("a", 1, false));

        assertThat(step(server("a", 1, false), server("b", 1, false))
                        .intervals()
                        .get(1))
                .containsExactly(Interval.open(1, 3));
    }

    @Test
    void serverFirstSeenDrainingJoinedTheStepBefore() {
        step(server("a", 1, false));

        Numbered numbered = step(server("a", 1, false), server("b", 1, true));

        assertThat(numbered.intervals().get(1)).containsExactly(interval(1, 2, 3));
        assertThat(numbered.generation()).isEqualTo(3);
    }

    @Test
    void ninthIntervalClosesTheOldestGap() {
        for (int i = 0; i < Server.MAX_INTERVALS; i++) {
            step(server("a", 1, false));
            step(server("a", 1, true));
        }

        List<Interval> intervals = step(server("a", 5, false)).intervals().getFirst();

        assertThat(intervals).hasSize(Server.MAX_INTERVALS);
        assertThat(intervals.getFirst()).isEqualTo(interval(1, 1, 4));
        assertThat(intervals.get(1)).isEqualTo(interval(1, 5, 6));
        assertThat(intervals.getLast()).isEqualTo(Interval.open(5, 17));
    }

    @Test
    void listsOwnNumberIsItsGeneration() {
        step(server("a", 1, false));
        List<ServerDraft> list = List.of(written("a", Interval.open(1, 2)));

        assertThat(new Numbering(before).number(NAME, list, OptionalLong.of(7)).generation())
                .isEqualTo(7);
        assertThat(new Numbering(before)
                        .number(NAME, List.of(), OptionalLong.of(8))
                        .generation())
                .isEqualTo(8);
    }

    @Test
    void writtenGenerationsDoNotDependOnWhatWasSeen() {
        step(server("a", 1, false), server("b", 1, false));
        step(server("a", 1, false));
        step(server("a", 1, true));

        Numbered numbered = step(written("a", Interval.open(1, 2)));

        assertThat(numbered.generation()).isEqualTo(2);
        assertThat(numbered.intervals()).containsExactly(List.of(Interval.open(1, 2)));
    }

    private Numbered step(ServerDraft... drafts) {
        List<ServerDraft> servers = List.of(drafts);
        Numbered numbered = new Numbering(before).number(NAME, servers, OptionalLong.empty());
        List<Server> complete = new ArrayList<>();
        for (int i = 0; i < servers.size(); i++) {
            complete.add(servers.get(i)
                    .toServer(NAME, Set.of(Family.IPV4), numbered.intervals().get(i)));
        }
        BalancerDraft balancer = new BalancerDraft(
                PLACE,
                NAME,
                List.of(new Located<>(IpAddress.parse("198.51.100.10"), PLACE)),
                List.of(new Located<>(new ServicePort("", Protocol.TCP, 80, 80, Delivery.ADDRESS), PLACE)),
                Defaults.HASH,
                Defaults.INGRESS,
                Defaults.REPLY,
                Defaults.SOURCE_RANGES,
                Defaults.PING,
                Defaults.UNDECLARED_PORTS);
        Balancer after = balancer.toBalancer(numbered.generation(), complete);
        before = new Snapshot(before.version() + 1, List.of(after), List.of(), List.of());
        return numbered;
    }

    private static ServerDraft server(String name, int weight, boolean draining) {
        return new ServerDraft(PLACE, name, "n1", name, List.of(), new Tenure.Unnumbered(weight, draining));
    }

    private static ServerDraft written(String name, Interval interval) {
        return new ServerDraft(PLACE, name, "n1", name, List.of(), new Tenure.Written(List.of(interval)));
    }

    private static Interval interval(int weight, long joined, long left) {
        return new Interval(weight, joined, OptionalLong.of(left));
    }
}

package dev.hashlb.operator.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.protocol.v1alpha1.Ack;
import dev.hashlb.protocol.v1alpha1.Answer;
import dev.hashlb.protocol.v1alpha1.Applied;
import dev.hashlb.protocol.v1alpha1.FromDataPlane;
import dev.hashlb.protocol.v1alpha1.Hello;
import dev.hashlb.protocol.v1alpha1.Report;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import io.grpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HubTest {
    private static final long FOR_EVER = Long.MAX_VALUE / 2;

    private final List<String> told = new ArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final NodeReports reports = new NodeReports() {
        @Override
        public void connected(ConnectedNode node) {
            told.add("connected " + node.node());
        }

        @Override
        public void answered(NodeAnswer answer) {
            told.add(answer.node() + " has " + answer.version());
        }

        @Override
        public void reported(NodeReport report) {
            told.add(report.node() + " does not hear " + report.lostPeers());
        }

        @Override
        public void disconnected(String node, String reason) {
            told.add("disconnected " + node);
        }
    };
    private final VersionClaims claims = new VersionClaims(() -> 1000);
    private final Hub hub = new Hub(reports, new PushMetrics(registry), claims, 100_000);

    /** A stream whose other end is this test. */
    private final class Played implements LiveStream.Outlet {
        final Deque<SnapshotChange> changes = new ArrayDeque<>();
        final LiveStream stream;

        @Nullable Status ended;

        Played(String node, long endsAtNanos) {
            stream = new LiveStream(new Session(node, 0), this, endsAtNanos);
            hub.opened(stream, 0);
        }

        Played(String node) {
            this(node, FOR_EVER);
            hello();
        }

        void hello() {
            hub.received(
                    stream,
                    FromDataPlane.newBuilder()
                            .setHello(Hello.newBuilder().setNode(stream.node()))
                            .build(),
                    0);
        }

        void hello(long applied) {
            hub.received(
                    stream,
                    FromDataPlane.newBuilder()
                            .setHello(Hello.newBuilder()
                                    .setNode(stream.node())
                                    .setApplied(Applied.newBuilder().setVersion(applied)))
                            .build(),
                    0);
        }

        void ack() {
            SnapshotChange change = changes.remove();
            hub.received(
                    stream,
                    FromDataPlane.newBuilder()
                            .setAnswer(Answer.newBuilder()
                                    .setNonce(change.getNonce())
                                    .setApplied(Applied.newBuilder()
                                            .setVersion(change.getVersion())
                                            .setDigest(change.getDigest()))
                                    .setAck(Ack.getDefaultInstance()))
                            .build(),
                    0);
        }

        @Override
        public void send(OutgoingChange change) {
            changes.add(SessionTest.parse(change));
        }

        @Override
        public void readNext() {}

        @Override
        public void end(Status status) {
            ended = status;
        }
    }

    @Test
    void whatADataPlaneDoesNotHearIsToldOnBoundedInLength() {
        Played one = new Played("one");
        hub.received(
                one.stream,
                FromDataPlane.newBuilder()
                        .setReport(Report.newBuilder().addLostPeers("n" + "3".repeat(1000) + "\n"))
                        .build(),
                0);
        assertThat(told)
                .anySatisfy(t -> assertThat(t)
                        .startsWith("one does not hear [n333")
                        .hasSizeLessThan(300)
                        .doesNotContain("\n"));
    }

    @Test
    void allStreamsGetAChange() {
        List<Played> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add(new Played("node-" + i));
        }
        hub.snapshot(Snapshots.snapshot(1, Snapshots.balancer("a", 3)), 0);
        all.forEach(Played::ack);
        hub.snapshot(Snapshots.snapshot(2, Snapshots.balancer("a", 4)), 0);
        assertThat(all)
                .allSatisfy(p -> assertThat(p.changes)
                        .hasSize(1)
                        .first()
                        .satisfies(c -> assertThat(c.getBaseVersion()).isEqualTo(1)));
    }

    private List<Played> threeNodesWith(Balancer balancer) {
        List<Played> all = List.of(new Played("node-0"), new Played("node-1"), new Played("node-2"));
        hub.snapshot(Snapshots.snapshot(1, balancer), 0);
        all.forEach(Played::ack);
        return all;
    }

    @Test
    void whatIsToBePreparedGoesToItsNodeFirst() {
        Balancer web = Snapshots.balancer("a", 3);
        List<Played> all = threeNodesWith(web);

        hub.snapshot(Snapshots.snapshot(2, Snapshots.prepared(web, "node-1")), 0);
        assertThat(all).extracting(p -> p.changes.size()).containsExactly(0, 1, 0);
        all.get(1).ack();

        hub.snapshot(Snapshots.snapshot(3, Snapshots.balancer("a", 4)), 0);
        assertThat(all)
                .extracting(p -> p.changes.remove().getBaseVersion())
                .as("the two others get both changes as one")
                .containsExactly(1L, 2L, 1L);
    }

    @Test
    void whatIsPreparedForLongGoesToAll() {
        Balancer web = Snapshots.balancer("a", 3);
        List<Played> all = threeNodesWith(web);

        hub.snapshot(Snapshots.snapshot(2, Snapshots.prepared(web, "node-1")), 0);
        hub.snapshot(Snapshots.snapshot(3, Snapshots.prepared(web, "node-0")), TimeUnit.MILLISECONDS.toNanos(600));
        hub.tick(TimeUnit.MILLISECONDS.toNanos(999));
        assertThat(all).extracting(p -> p.changes.size()).containsExactly(1, 1, 0);
        hub.tick(TimeUnit.SECONDS.toNanos(1));
        assertThat(all.get(2).changes)
                .singleElement()
                .satisfies(c -> assertThat(c.getVersion()).isEqualTo(3));
    }

    @Test
    void whoComesMeanwhileGetsTheNewest() {
        Balancer web = Snapshots.balancer("a", 3);
        hub.snapshot(Snapshots.snapshot(1, web), 0);
        hub.snapshot(Snapshots.snapshot(2, Snapshots.prepared(web, "node-1")), 0);
        assertThat(new Played("node-2").changes)
                .singleElement()
                .satisfies(c -> assertThat(c.getVersion()).isEqualTo(2));
    }

    @Test
    void bytesInFlightAreBoundedAndWhoWaitsGetsItsTurn() {
        // One whole is about 140 kB here: more than the small changes that always go, so one at a time.
        hub.snapshot(Snapshots.snapshot(1, Snapshots.balancer("a", 3000)), 0);
        List<Played> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(new Played("node-" + i));
        }
        assertThat(all).extracting(p -> p.changes.size()).containsExactly(1, 0, 0, 0, 0);
        all.get(0).ack();
        assertThat(all).extracting(p -> p.changes.size()).containsExactly(0, 1, 0, 0, 0);
        hub.closed(all.get(1).stream, "gone", 0);
        assertThat(all.get(2).changes).hasSize(1);
        hub.closed(all.get(3).stream, "gone while it waits", 0);
        all.get(2).ack();
        assertThat(all.get(4).changes).hasSize(1);
        all.get(4).ack();
        assertThat(registry.get("hashlb_operator_unanswered_bytes").gauge().value())
                .isZero();
    }

    @Test
    void aNewerStreamTakesTheOldersPlaceWhenItHasSaidHello() {
        hub.snapshot(Snapshots.snapshot(1), 0);
        Played older = new Played("node-1");
        older.ack();
        Played newer = new Played("node-1", FOR_EVER);
        assertThat(older.ended).isNull();
        newer.hello();
        assertThat(older.ended).isNotNull();
        assertThat(told).containsExactly("connected node-1", "node-1 has 1", "connected node-1");
        hub.closed(older.stream, "late news", 0);
        hub.closed(newer.stream, "gone", 0);
        assertThat(told).endsWith("disconnected node-1").hasSize(4);
    }

    @Test
    void aNodeThatHasAHigherVersionGetsNothingUntilThereIsAHigherOne() {
        hub.snapshot(Snapshots.snapshot(10), 0);
        Played node = new Played("node-1", FOR_EVER);
        node.hello(11);
        assertThat(node.changes).isEmpty();
        assertThat(claims.highest()).isEqualTo(11);
        hub.snapshot(Snapshots.snapshot(12), 0);
        assertThat(node.changes).hasSize(1);
        Played same = new Played("node-2", FOR_EVER);
        same.hello(12);
        assertThat(same.changes).hasSize(1);
        assertThat(claims.highest()).isEqualTo(11);
    }

    @Test
    void aNodeThatLiesIsServedLikeAnyOtherAndCounted() {
        hub.snapshot(Snapshots.snapshot(10), 0);
        Played liar = new Played("node-1", FOR_EVER);
        liar.hello(-1);
        assertThat(liar.changes).hasSize(1);
        assertThat(claims.highest()).isZero();
        assertThat(registry.get("hashlb_operator_unbelieved_versions").counter().count())
                .isEqualTo(1);
    }

    @Test
    void aStreamEndsWithItsCertificate() {
        Played played = new Played("node-1", 1_000);
        hub.tick(999);
        assertThat(played.ended).isNull();
        hub.tick(1_000);
        assertThat(played.ended).isNotNull();
        assertThat(played.ended.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void coverageTellsWhoIsBehindAndWhoIsAway() {
        hub.snapshot(Snapshots.snapshot(1), 0);
        Played one = new Played("node-1");
        Played two = new Played("node-2");
        one.ack();
        assertThat(hub.coverage(1).behind()).containsExactly("node-2");
        assertThat(hub.coverage(1).absent()).containsExactly("node-0");
        two.ack();
        assertThat(hub.coverage(1).behind()).isEmpty();
        assertThat(hub.coverage(2).behind()).containsExactlyInAnyOrder("node-1", "node-2");
        new Played("node-0", FOR_EVER);
        assertThat(hub.coverage(1).behind())
                .as("it may say that it has it, or not")
                .containsExactly("node-0");
    }

    @Test
    void aSnapshotThatIsTooLongIsNotSent() {
        hub.snapshot(Snapshots.snapshot(1, Snapshots.balancer("a", 1)), 0);
        Played played = new Played("node-1");
        played.ack();
        dev.hashlb.core.snapshot.Node huge = new dev.hashlb.core.snapshot.Node(
                "n".repeat(17 << 20), dev.hashlb.core.address.IpAddress.ipv4(1), true);
        hub.snapshot(new dev.hashlb.core.snapshot.Snapshot(2, List.of(), List.of(huge), List.of()), 0);
        assertThat(played.changes).isEmpty();
        assertThat(registry.get("hashlb_operator_internal_errors").counter().count())
                .isEqualTo(1);
    }
}

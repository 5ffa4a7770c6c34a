package dev.hashlb.operator.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.operator.push.NodeAnswer.Acknowledged;
import dev.hashlb.operator.push.NodeAnswer.RefusalCode;
import dev.hashlb.operator.push.NodeAnswer.Refused;
import dev.hashlb.protocol.v1alpha1.Ack;
import dev.hashlb.protocol.v1alpha1.Answer;
import dev.hashlb.protocol.v1alpha1.Applied;
import dev.hashlb.protocol.v1alpha1.FromDataPlane;
import dev.hashlb.protocol.v1alpha1.FromOperator;
import dev.hashlb.protocol.v1alpha1.Hello;
import dev.hashlb.protocol.v1alpha1.Nack;
import dev.hashlb.protocol.v1alpha1.Report;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionTest {
    private static final long BEGIN = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5); // the clock may wrap
    private static final long ANY_SIZE = Long.MAX_VALUE;

    private long now = BEGIN;
    private final Session session = new Session("node-1", now);
    private @Nullable EncodedSnapshot last;

    private void seconds(double seconds) {
        now += (long) (seconds * 1e9);
    }

    private void offer(long version, Balancer... balancers) {
        last = EncodedSnapshot.of(Snapshots.snapshot(version, balancers), last);
        session.offer(last);
    }

    private List<Effect> hello() {
        return session.received(
                FromDataPlane.newBuilder()
                        .setHello(Hello.newBuilder().setNode("node-1").setEngine("netty"))
                        .build(),
                now);
    }

    private List<Effect> advance() {
        return session.advance(now, ANY_SIZE);
    }

    private SnapshotChange sent() {
        List<Effect> effects = advance();
        assertThat(effects).hasSize(1).first().isInstanceOf(Effect.Send.class);
        return parse(((Effect.Send) effects.getFirst()).change());
    }

    static SnapshotChange parse(OutgoingChange change) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            change.writeTo(bytes);
            assertThat(bytes.size()).isEqualTo(change.sizeBytes());
            return FromOperator.parseFrom(bytes.toByteArray()).getChange();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("not a message", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Effect> answer(Answer.Builder answer) {
        return session.received(FromDataPlane.newBuilder().setAnswer(answer).build(), now);
    }

    private List<Effect> ack(SnapshotChange change) {
        return answer(Answer.newBuilder()
                .setNonce(change.getNonce())
                .setApplied(Applied.newBuilder().setVersion(change.getVersion()).setDigest(change.getDigest()))
                .setAck(Ack.getDefaultInstance()));
    }

    private List<Effect> nack(SnapshotChange change, Nack.Code code) {
        return answer(Answer.newBuilder()
                .setNonce(change.getNonce())
                .setNack(Nack.newBuilder().setCode(code).setReason("no\nway")));
    }

    private List<Effect> nack(SnapshotChange change, String balancer) {
        return answer(Answer.newBuilder()
                .setNonce(change.getNonce())
                .setNack(Nack.newBuilder()
                        .setCode(Nack.Code.FORBIDDEN_ADDRESS)
                        .setReason("it is mine")
                        .setBalancer(dev.hashlb.protocol.v1alpha1.NamespacedName.newBuilder()
                                .setNamespace("shop")
                                .setName(balancer))));
    }

    private static List<String> names(SnapshotChange change) {
        return change.getBalancersList().stream()
                .map(b -> b.getName().getName())
                .toList();
    }

    private static void assertEnds(List<Effect> effects, Status.Code code) {
        assertThat(effects)
                .hasSize(1)
                .first()
                .isInstanceOfSatisfying(
                        Effect.End.class, end -> assertThat(end.code()).isEqualTo(code));
    }

    @Test
    void theFirstChangeIsWhole() {
        offer(7, Snapshots.balancer("a", 2), Snapshots.balancer("b", 1));
        assertThat(advance()).isEmpty();
        assertThat(hello()).hasSize(1).first().isInstanceOf(Effect.TellConnected.class);
        SnapshotChange change = sent();
        assertThat(change.getBaseVersion()).isZero();
        assertThat(change.getVersion()).isEqualTo(7);
        assertThat(names(change)).containsExactly("a", "b");
        assertThat(change.getNodes().getNodesCount()).isEqualTo(3);
        assertThat(change.getKeys().getKeys(0).getSecret().toByteArray())
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        assertThat(change.getDigest())
                .isEqualTo(dev.hashlb.core.digest.SnapshotDigest.of(
                        Snapshots.snapshot(7, Snapshots.balancer("a", 2), Snapshots.balancer("b", 1))));
    }

    @Test
    void afterAnAckOnlyWhatChangedIsSent() {
        hello();
        offer(1, Snapshots.balancer("a", 2), Snapshots.balancer("b", 1));
        ack(sent());
        assertThat(advance()).isEmpty();
        offer(2, Snapshots.balancer("a", 3), Snapshots.balancer("c", 1));
        SnapshotChange change = sent();
        assertThat(change.getBaseVersion()).isEqualTo(1);
        assertThat(names(change)).containsExactly("a", "c");
        assertThat(change.getRemovedBalancersList())
                .hasSize(1)
                .first()
                .satisfies(n -> assertThat(n.getName()).isEqualTo("b"));
        assertThat(change.hasNodes()).isFalse();
        assertThat(change.hasKeys()).isFalse();
    }

    @Test
    void whatHappensWhileAChangeIsUnansweredIsGathered() {
        hello();
        offer(1, Snapshots.balancer("a", 1));
        SnapshotChange first = sent();
        offer(2, Snapshots.balancer("a", 2));
        offer(3, Snapshots.balancer("a", 2), Snapshots.balancer("b", 1));
        assertThat(advance()).isEmpty();
        ack(first);
        SnapshotChange second = sent();
        assertThat(second.getBaseVersion()).isEqualTo(1);
        assertThat(second.getVersion()).isEqualTo(3);
        assertThat(names(second)).containsExactly("a", "b");
        assertThat(ack(second))
                .containsExactly(new Effect.TellAnswer(new Acknowledged("node-1", 3, List.of(), java.util.Map.of())));
    }

    @Test
    void aRefusedSnapshotIsSentAgainWholeAfterABackOffThatDoubles() {
        hello();
        offer(1, Snapshots.balancer("a", 1));
        ack(sent());
        offer(2, Snapshots.balancer("a", 2));
        List<Effect> told = nack(sent(), Nack.Code.SYSTEM);
        assertThat(told)
                .first()
                .isInstanceOfSatisfying(
                        Effect.TellAnswer.class,
                        t -> assertThat(t.answer()).isInstanceOfSatisfying(Refused.class, r -> {
                            assertThat(r.code()).isEqualTo(RefusalCode.SYSTEM);
                            assertThat(r.reason()).isEqualTo("no way");
                        }));
        for (double wait : new double[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            seconds(wait - 0.01);
            assertThat(advance()).as("before %s s", wait).isEmpty();
            seconds(0.01);
            SnapshotChange again = sent();
            assertThat(again.getBaseVersion()).isZero();
            nack(again, Nack.Code.SYSTEM);
        }
        offer(3, Snapshots.balancer("a", 3));
        seconds(1);
        ack(sent());
        offer(4, Snapshots.balancer("a", 4));
        nack(sent(), Nack.Code.SYSTEM);
        seconds(1);
        assertThat(sent().getBaseVersion()).isZero();
    }

    @Test
    void aMismatchIsMendedByAWholeChangeAtOnceButNotForEver() {
        hello();
        offer(1, Snapshots.balancer("a", 1));
        nack(sent(), Nack.Code.BASE_MISMATCH);
        nack(sent(), Nack.Code.DIGEST_MISMATCH);
        assertThat(advance()).isEmpty();
        seconds(2);
        ack(sent());
    }

    @Test
    void anAckWithAnotherDigestIsARefusal() {
        hello();
        offer(1, Snapshots.balancer("a", 1));
        SnapshotChange change = sent();
        List<Effect> told = answer(Answer.newBuilder()
                .setNonce(change.getNonce())
                .setApplied(Applied.newBuilder().setVersion(1).setDigest(change.getDigest() + 1))
                .setAck(Ack.getDefaultInstance()));
        assertThat(((Refused) ((Effect.TellAnswer) told.getFirst()).answer()).code())
                .isEqualTo(RefusalCode.DIGEST_MISMATCH);
        assertThat(session.acknowledgedVersion()).isZero();
        assertThat(sent().getBaseVersion()).isZero();
    }

    @Test
    void aBalancerNamedInANackIsLeftOutForThisNodeOnly() {
        hello();
        offer(1, Snapshots.balancer("bad", 1), Snapshots.balancer("good", 1));
        nack(sent(), "bad");
        SnapshotChange without = sent();
        assertThat(without.getBaseVersion()).isZero();
        assertThat(names(without)).containsExactly("good");
        assertThat(without.getDigest())
                .isEqualTo(
                        dev.hashlb.core.digest.SnapshotDigest.of(Snapshots.snapshot(1, Snapshots.balancer("good", 1))));
        assertThat(((Acknowledged) ((Effect.TellAnswer) ack(without).getFirst()).answer()).leftOut())
                .containsExactlyEntriesOf(java.util.Map.of(Snapshots.name("bad"), "it is mine"));

        offer(2, Snapshots.balancer("bad", 1), Snapshots.balancer("good", 2));
        SnapshotChange partial = sent();
        assertThat(names(partial)).containsExactly("good");
        ack(partial);
        assertThat(advance()).isEmpty();

        seconds(1);
        SnapshotChange retry = sent();
        assertThat(names(retry)).containsExactly("bad");
        assertThat(retry.getBaseVersion()).isEqualTo(2);
        assertThat(retry.getVersion()).isEqualTo(2);
        nack(retry, "bad");
        ack(sent());
        seconds(1.9);
        assertThat(advance()).isEmpty();
        seconds(0.1);
        assertThat(((Acknowledged) ((Effect.TellAnswer) ack(sent()).getFirst()).answer()).leftOut())
                .isEmpty();
    }

    @Test
    void aLeftOutBalancerThatChangesIsTriedAgainAfterOneSecond() {
        hello();
        offer(1, Snapshots.balancer("bad", 1));
        for (double wait : new double[] {0, 1, 2, 4}) {
            seconds(wait);
            SnapshotChange change = sent();
            assertThat(names(change)).containsExactly("bad");
            nack(change, "bad");
            ack(sent());
        }
        offer(2, Snapshots.balancer("bad", 2));
        ack(sent());
        seconds(1);
        assertThat(names(sent())).containsExactly("bad");
    }

    @Test
    void aBalancerThatIsRefusedAndThenDeletedIsForgotten() {
        hello();
        offer(1, Snapshots.balancer("bad", 1));
        nack(sent(), "bad");
        ack(sent());
        offer(2);
        ack(sent());
        offer(3, Snapshots.balancer("bad", 1));
        assertThat(names(sent())).containsExactly("bad");
    }

    @Test
    void aNackThatNamesAnUnknownBalancerWaits() {
        hello();
        offer(1, Snapshots.balancer("a", 1));
        nack(sent(), "z");
        assertThat(advance()).isEmpty();
        seconds(1);
        assertThat(names(sent())).containsExactly("a");
    }

    @Test
    void keysAloneAreSentAlone() {
        hello();
        offer(1, Snapshots.balancer("a", 1));
        ack(sent());
        Snapshot rotated = new Snapshot(
                2,
                List.of(Snapshots.balancer("a", 1)),
                Snapshots.nodes(),
                List.of(new dev.hashlb.core.snapshot.TunnelKey(4, 1, 2)));
        session.offer(EncodedSnapshot.of(rotated, last));
        SnapshotChange change = sent();
        assertThat(change.getBalancersCount()).isZero();
        assertThat(change.hasNodes()).isFalse();
        assertThat(change.getKeys().getKeysList())
                .hasSize(1)
                .first()
                .satisfies(k -> assertThat(k.getId()).isEqualTo(4));
    }

    @Test
    void aChangeBeyondTheAllowanceWaits() {
        hello();
        offer(1, Snapshots.balancer("a", 100));
        assertThat(session.advance(now, 100)).isEmpty();
        assertThat(session.isStarved()).isTrue();
        sent();
        assertThat(session.isStarved()).isFalse();
    }

    @Test
    void silenceEndsTheStream() {
        seconds(9.9);
        assertThat(advance()).isEmpty();
        seconds(0.1);
        assertEnds(advance(), Status.Code.DEADLINE_EXCEEDED);

        Session other = new Session("node-1", now);
        other.received(
                FromDataPlane.newBuilder()
                        .setHello(Hello.newBuilder().setNode("node-1"))
                        .build(),
                now);
        other.offer(EncodedSnapshot.of(Snapshots.snapshot(1), null));
        assertThat(other.advance(now, ANY_SIZE)).hasSize(1);
        seconds(29.9);
        assertThat(other.advance(now, ANY_SIZE)).isEmpty();
        seconds(0.1);
        List<Effect> effects = other.advance(now, ANY_SIZE);
        assertThat(((Refused) ((Effect.TellAnswer) effects.getFirst()).answer()).code())
                .isEqualTo(RefusalCode.NO_ANSWER);
        assertEnds(effects.subList(1, 2), Status.Code.DEADLINE_EXCEEDED);
    }

    @Test
    void whatIsNotTheProtocolEndsTheStream() {
        Answer.Builder some = Answer.newBuilder().setNonce(ByteString.copyFromUtf8("x"));
        assertEnds(answer(some), Status.Code.INVALID_ARGUMENT);
        assertEnds(session.received(FromDataPlane.getDefaultInstance(), now), Status.Code.INVALID_ARGUMENT);
        assertEnds(
                session.received(
                        FromDataPlane.newBuilder()
                                .setHello(Hello.newBuilder().setNode("node-2"))
                                .build(),
                        now),
                Status.Code.PERMISSION_DENIED);
        hello();
        assertEnds(hello(), Status.Code.INVALID_ARGUMENT);
        assertEnds(answer(some), Status.Code.INVALID_ARGUMENT);
        offer(1);
        SnapshotChange change = sent();
        assertEnds(answer(some), Status.Code.INVALID_ARGUMENT);
        assertEnds(answer(Answer.newBuilder().setNonce(change.getNonce())), Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void aFloodOfReportsEndsTheStream() {
        hello();
        FromDataPlane report = FromDataPlane.newBuilder()
                .setReport(Report.getDefaultInstance())
                .build();
        for (int i = 0; i < 5; i++) {
            assertThat(session.received(report, now)).first().isInstanceOf(Effect.TellReport.class);
        }
        assertEnds(session.received(report, now), Status.Code.RESOURCE_EXHAUSTED);
        seconds(1);
        assertThat(session.received(report, now)).first().isInstanceOf(Effect.TellReport.class);
    }
}

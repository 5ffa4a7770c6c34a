package dev.hashlb.operator.push;

import com.google.protobuf.ByteString;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.operator.push.NodeAnswer.Acknowledged;
import dev.hashlb.operator.push.NodeAnswer.RefusalCode;
import dev.hashlb.operator.push.NodeAnswer.Refused;
import dev.hashlb.protocol.v1alpha1.Answer;
import dev.hashlb.protocol.v1alpha1.Applied;
import dev.hashlb.protocol.v1alpha1.FromDataPlane;
import dev.hashlb.protocol.v1alpha1.Hello;
import dev.hashlb.protocol.v1alpha1.Nack;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One data plane's stream, from its Hello on: which change it gets next, and what its answers mean. Pure: messages and times
 * in, {@link Effect}s out. Not safe for several threads.
 *
 * <p>All times are nanoseconds of one monotonic clock.
 */
final class Session {
    static final Duration HELLO_TIMEOUT = Duration.ofSeconds(10);
    static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    /** A snapshot as this node has or gets it. */
    private record View(EncodedSnapshot snapshot, Set<NamespacedName> without) {}

    private record Unanswered(View view, ByteString nonce, long digest, long sentAtNanos) {}

    /** The last refusal that named no balancer, or one that was not in the change. */
    private record Refusal(EncodedSnapshot snapshot, int times, boolean atOnce, long atNanos) {
        boolean isOver(EncodedSnapshot latest, long nowNanos) {
            if (atOnce) {
                return true;
            }
            long wait = latest == snapshot ? Backoff.nanos(times) : Backoff.FIRST.toNanos();
            return nowNanos - atNanos >= wait;
        }
    }

    private final String node;
    private final long openedAtNanos;
    private final LeftOut leftOut = new LeftOut();
    private final ReportRate reportRate;
    private boolean greeted;
    private @Nullable EncodedSnapshot latest;
    private @Nullable View acknowledged;
    private @Nullable Unanswered unanswered;
    private @Nullable Refusal refusal;
    private boolean wholeNext = true;
    private boolean starved;
    private long nonces;

    /**
     * Begins with a stream that has said nothing yet.
     *
     * @param node whom the caller's token and certificate name
     */
    Session(String node, long nowNanos) {
        this.node = node;
        this.openedAtNanos = nowNanos;
        this.reportRate = new ReportRate(nowNanos);
    }

    String node() {
        return node;
    }

    boolean isGreeted() {
        return greeted;
    }

    /** The version that the node has acknowledged on this stream; 0: none. */
    long acknowledgedVersion() {
        return acknowledged == null ? 0 : acknowledged.snapshot.version();
    }

    /** Whether the last {@link #advance} had a change that its allowance did not cover. */
    boolean isStarved() {
        return starved;
    }

    /** Sets what the node should have; the latest wins. */
    void offer(EncodedSnapshot snapshot) {
        latest = snapshot;
    }

    /** Takes a message of the data plane. What it may send next comes from {@link #advance}. */
    List<Effect> received(FromDataPlane message, long nowNanos) {
        return switch (message.getMessageCase()) {
            case HELLO -> greeted(message.getHello());
            case ANSWER -> greeted ? answered(message.getAnswer(), nowNanos) : invalid("an Answer before the Hello");
            case REPORT -> greeted ? reported(message, nowNanos) : invalid("a Report before the Hello");
            case MESSAGE_NOT_SET -> invalid("a message that is neither Hello, Answer nor Report");
        };
    }

    private List<Effect> greeted(Hello hello) {
        if (greeted) {
            return invalid("a second Hello");
        }
        if (!hello.getNode().equals(node)) {
            return List.of(new Effect.End(
                    Status.Code.PERMISSION_DENIED,
                    "Hello.node is " + Foreign.quoted(hello.getNode()) + ", but the token and certificate are of node "
                            + node + "; start the data plane with --node " + node));
        }
        greeted = true;
        return List.of(new Effect.TellConnected(new ConnectedNode(
                node,
                Foreign.text(hello.getEngine(), Foreign.MAX_WORD_LENGTH),
                Foreign.text(hello.getSoftwareVersion(), Foreign.MAX_WORD_LENGTH),
                hello.hasApplied() ? OptionalLong.of(hello.getApplied().getVersion()) : OptionalLong.empty())));
    }

    private List<Effect> answered(Answer answer, long nowNanos) {
        Unanswered change = unanswered;
        if (change == null) {
            return invalid("an Answer, but no change is unanswered");
        }
        if (!answer.getNonce().equals(change.nonce)) {
            return invalid("an Answer with another nonce than the unanswered change's");
        }
        if (!answer.hasAck() && !answer.hasNack()) {
            return invalid("an Answer with neither ack nor nack");
        }
        unanswered = null;
        return List.of(new Effect.TellAnswer(
                answer.hasAck() ? acked(answer, change, nowNanos) : nacked(answer, change, nowNanos)));
    }

    private NodeAnswer acked(Answer answer, Unanswered change, long nowNanos) {
        long version = change.view.snapshot.version();
        Applied applied = answer.getApplied();
        if (applied.getVersion() != version || applied.getDigest() != change.digest) {
            refuse(change, true, nowNanos);
            return new Refused(
                    node,
                    version,
                    RefusalCode.DIGEST_MISMATCH,
                    "acknowledged, but with version " + applied.getVersion() + " and digest "
                            + Long.toHexString(applied.getDigest()) + " instead of " + version + " and "
                            + Long.toHexString(change.digest),
                    Optional.empty(),
                    appliedVersion(answer));
        }
        acknowledged = change.view;
        refusal = null;
        wholeNext = false;
        Map<NamespacedName, String> reasons = leftOut.reasons(change.view.without);
        leftOut.accepted(change.view.without);
        return new Acknowledged(node, version, Foreign.problems(answer.getAck().getProblemsList()), reasons);
    }

    private NodeAnswer nacked(Answer answer, Unanswered change, long nowNanos) {
        Nack nack = answer.getNack();
        RefusalCode code = Foreign.code(nack.getCode());
        String reason = Foreign.text(nack.getReason(), Foreign.MAX_REASON_LENGTH);
        View view = change.view;
        Optional<EncodedBalancer> culprit = nack.hasBalancer()
                ? Optional.of(Foreign.name(nack.getBalancer()))
                        .filter(name -> !view.without.contains(name))
                        .map(view.snapshot::balancer)
                : Optional.empty();
        wholeNext = true;
        if (culprit.isPresent()) {
            leftOut.refused(culprit.get(), reason, nowNanos);
        } else {
            refuse(change, code == RefusalCode.BASE_MISMATCH || code == RefusalCode.DIGEST_MISMATCH, nowNanos);
        }
        return new Refused(
                node,
                view.snapshot.version(),
                code,
                reason,
                culprit.map(EncodedBalancer::name),
                appliedVersion(answer));
    }

    /** A mismatch is mended by a whole change at once; if that does not mend it, it waits like any other refusal. */
    private void refuse(Unanswered change, boolean mismatch, long nowNanos) {
        int times = refusal == null ? 1 : refusal.times + 1;
        refusal = new Refusal(change.view.snapshot, times, mismatch && times == 1, nowNanos);
        wholeNext = true;
    }

    private List<Effect> reported(FromDataPlane message, long nowNanos) {
        if (!reportRate.allows(nowNanos)) {
            return List.of(new Effect.End(Status.Code.RESOURCE_EXHAUSTED, "more than one Report a second"));
        }
        return List.of(new Effect.TellReport(Foreign.report(node, message.getReport())));
    }

    /**
     * What is to be sent or ended now.
     *
     * @param allowanceBytes a longer change is not sent, and {@link #isStarved()} afterwards
     */
    List<Effect> advance(long nowNanos, long allowanceBytes) {
        starved = false;
        if (!greeted) {
            return isLate(openedAtNanos, HELLO_TIMEOUT, nowNanos)
                    ? List.of(new Effect.End(Status.Code.DEADLINE_EXCEEDED, "no Hello within " + HELLO_TIMEOUT))
                    : List.of();
        }
        if (unanswered != null) {
            return isLate(unanswered.sentAtNanos, ANSWER_TIMEOUT, nowNanos) ? unansweredTooLong(unanswered) : List.of();
        }
        if (latest == null || (refusal != null && !refusal.isOver(latest, nowNanos))) {
            return List.of();
        }
        View view = new View(latest, leftOut.of(latest, nowNanos));
        View base = wholeNext ? null : acknowledged;
        if (view.equals(base)) {
            return List.of();
        }
        return send(view, base, nowNanos, allowanceBytes);
    }

    private List<Effect> send(View view, @Nullable View base, long nowNanos, long allowanceBytes) {
        ByteString nonce = ByteString.copyFrom(
                ByteBuffer.allocate(Long.BYTES).putLong(++nonces).flip());
        long digest = view.snapshot.digest(view.without);
        OutgoingChange change = OutgoingChange.of(
                nonce,
                view.snapshot.version(),
                base == null ? 0 : base.snapshot.version(),
                digest,
                base == null
                        ? view.snapshot.whole(view.without)
                        : view.snapshot.since(base.snapshot, base.without, view.without));
        if (change.sizeBytes() > allowanceBytes) {
            starved = true;
            return List.of();
        }
        unanswered = new Unanswered(view, nonce, digest, nowNanos);
        return List.of(new Effect.Send(change));
    }

    private List<Effect> unansweredTooLong(Unanswered change) {
        String reason = "no answer to version " + change.view.snapshot.version() + " within " + ANSWER_TIMEOUT;
        return List.of(
                new Effect.TellAnswer(new Refused(
                        node,
                        change.view.snapshot.version(),
                        RefusalCode.NO_ANSWER,
                        reason,
                        Optional.empty(),
                        acknowledged == null ? OptionalLong.empty() : OptionalLong.of(acknowledgedVersion()))),
                new Effect.End(Status.Code.DEADLINE_EXCEEDED, reason));
    }

    private static OptionalLong appliedVersion(Answer answer) {
        return answer.hasApplied() ? OptionalLong.of(answer.getApplied().getVersion()) : OptionalLong.empty();
    }

    private static boolean isLate(long sinceNanos, Duration limit, long nowNanos) {
        return nowNanos - sinceNanos >= limit.toNanos();
    }

    private static List<Effect> invalid(String what) {
        return List.of(
                new Effect.End(Status.Code.INVALID_ARGUMENT, what + "; the order of messages is in docs/protocol.md"));
    }
}

package dev.hashlb.operator.push;

import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.operator.push.NodeAnswer.Acknowledged;
import dev.hashlb.operator.push.NodeAnswer.Refused;
import dev.hashlb.protocol.v1alpha1.FromDataPlane;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All sessions, what they are offered, and what they may send: the thin part between {@link Session} and gRPC. Every method
 * runs on the push thread.
 */
final class Hub {
    private static final Logger log = LoggerFactory.getLogger(Hub.class);

    /** So small a change goes whatever is in flight. */
    private static final long ALWAYS_ALLOWED_BYTES = 64L << 10;

    /** A server that is prepared takes flows soon as a rule; nodes that it does not live on get both changes as one. */
    private static final long OTHERS_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final NodeReports reports;
    private final PushMetrics metrics;
    private final VersionClaims claims;
    private final long maxBytesInFlight;
    private final Map<String, LiveStream> greeted = new HashMap<>();
    private final Map<String, LiveStream> ungreeted = new HashMap<>();
    private final Set<LiveStream> starved = new LinkedHashSet<>();
    private @Nullable EncodedSnapshot latest;
    private long bytesInFlight;
    private boolean othersWait;
    private long othersWaitSinceNanos;

    Hub(NodeReports reports, PushMetrics metrics, VersionClaims claims, long maxBytesInFlight) {
        this.reports = reports;
        this.metrics = metrics;
        this.claims = claims;
        this.maxBytesInFlight = maxBytesInFlight;
    }

    /** Encodes a snapshot and offers it to all, or first to those nodes alone that have something to prepare. */
    void snapshot(Snapshot snapshot, long nowNanos) {
        EncodedSnapshot encoded = EncodedSnapshot.of(snapshot, latest);
        metrics.snapshotBytes(encoded.sizeBytes());
        if (encoded.sizeBytes() > PushServer.MAX_CHANGE_BYTES) {
            log.error(
                    "snapshot {} has {} bytes, at most {} can be sent: nodes keep what they have; use fewer servers or balancers",
                    snapshot.version(),
                    encoded.sizeBytes(),
                    PushServer.MAX_CHANGE_BYTES);
            metrics.internalError();
            return;
        }
        Optional<Set<String>> preparing = latest == null ? Optional.empty() : encoded.preparing(latest);
        latest = encoded;
        if (preparing.isEmpty()) {
            offerToAll(nowNanos);
            return;
        }
        if (!othersWait) {
            othersWait = true;
            othersWaitSinceNanos = nowNanos;
        }
        for (String node : preparing.get()) {
            LiveStream stream = greeted.get(node);
            if (stream != null) {
                offer(encoded, stream, nowNanos);
            }
        }
    }

    private void offerToAll(long nowNanos) {
        othersWait = false;
        EncodedSnapshot newest = latest;
        if (newest != null) {
            for (LiveStream stream : List.copyOf(greeted.values())) {
                offer(newest, stream, nowNanos);
            }
        }
    }

    private void offer(EncodedSnapshot snapshot, LiveStream stream, long nowNanos) {
        stream.session().offer(snapshot);
        advance(stream, nowNanos);
    }

    /** A caller is known to be this node, and its stream is open. */
    void opened(LiveStream stream, long nowNanos) {
        LiveStream older = ungreeted.put(stream.node(), stream);
        if (older != null) {
            end(older, replaced(), nowNanos);
        }
        stream.readNext();
    }

    void received(LiveStream stream, FromDataPlane message, long nowNanos) {
        if (stream.isEnded()) {
            return;
        }
        List<Effect> effects = stream.session().received(message, nowNanos);
        perform(stream, effects, nowNanos);
        advance(stream, nowNanos);
        if (!stream.isEnded()) {
            stream.readNext();
        }
    }

    /** The other side has ended the stream, or its connection is gone. */
    void closed(LiveStream stream, String reason, long nowNanos) {
        if (!stream.isEnded()) {
            stream.gone();
            forget(stream, reason, nowNanos);
        }
    }

    /** Time has passed: back-offs, deadlines, certificates. */
    void tick(long nowNanos) {
        if (othersWait && nowNanos - othersWaitSinceNanos >= OTHERS_AFTER_NANOS) {
            offerToAll(nowNanos);
        }
        for (LiveStream stream : all()) {
            if (stream.certificateEnded(nowNanos)) {
                end(
                        stream,
                        Status.UNAUTHENTICATED.withDescription(
                                "the stream's client certificate has ended; dial anew with a new one before that"),
                        nowNanos);
            } else {
                advance(stream, nowNanos);
            }
        }
    }

    /** Ends all streams and forgets the snapshot: this replica leads no more. */
    void endAll(Status status, long nowNanos) {
        latest = null;
        othersWait = false;
        for (LiveStream stream : all()) {
            end(stream, status, nowNanos);
        }
    }

    /** Ends one stream for a failure of our own. */
    void failed(LiveStream stream, long nowNanos) {
        if (!stream.isEnded()) {
            end(stream, Status.INTERNAL.withDescription("see the operator's log"), nowNanos);
        }
    }

    /** Which nodes have not acknowledged a version yet. */
    Coverage coverage(long version) {
        Set<String> behind = new HashSet<>();
        for (LiveStream stream : greeted.values()) {
            if (stream.session().acknowledgedVersion() < version) {
                behind.add(stream.node());
            }
        }
        behind.addAll(ungreeted.keySet());
        Set<String> absent = new HashSet<>();
        if (latest != null) {
            for (Node node : latest.nodes()) {
                if (!greeted.containsKey(node.name())) {
                    absent.add(node.name());
                }
            }
        }
        return new Coverage(version, behind, absent);
    }

    private List<LiveStream> all() {
        List<LiveStream> streams = new ArrayList<>(greeted.values());
        streams.addAll(ungreeted.values());
        return streams;
    }

    private void advance(LiveStream stream, long nowNanos) {
        if (stream.isEnded()) {
            return;
        }
        long allowance =
                bytesInFlight == 0 ? Long.MAX_VALUE : Math.max(ALWAYS_ALLOWED_BYTES, maxBytesInFlight - bytesInFlight);
        List<Effect> effects = stream.advance(nowNanos, allowance);
        if (stream.session().isStarved()) {
            starved.add(stream);
        } else {
            starved.remove(stream);
        }
        perform(stream, effects, nowNanos);
    }

    private void perform(LiveStream stream, List<Effect> effects, long nowNanos) {
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.Send send -> send(stream, send.change(), nowNanos);
                case Effect.TellConnected connected -> greet(stream, connected.node(), nowNanos);
                case Effect.TellAnswer told -> answered(stream, told.answer(), nowNanos);
                case Effect.TellReport report -> tell(() -> reports.reported(report.report()));
                case Effect.End end -> end(stream, Status.fromCode(end.code()).withDescription(end.reason()), nowNanos);
            }
        }
    }

    private void send(LiveStream stream, OutgoingChange change, long nowNanos) {
        bytesInFlight += change.sizeBytes();
        metrics.bytesInFlight(bytesInFlight);
        metrics.sent(change);
        stream.send(change, nowNanos);
    }

    private void greet(LiveStream stream, ConnectedNode node, long nowNanos) {
        ungreeted.remove(stream.node(), stream);
        LiveStream older = greeted.put(stream.node(), stream);
        if (older != null) {
            end(older, replaced(), nowNanos);
        }
        metrics.streams(greeted.size());
        log.info("node {} connected: {} {}", node.node(), node.engine(), node.softwareVersion());
        boolean waits = waitsForAHigherVersion(node);
        if (latest != null && !waits) {
            stream.session().offer(latest);
        }
        tell(() -> reports.connected(node));
    }

    /** Whether the node would refuse what there is, and what comes next will have a version that it takes. */
    private boolean waitsForAHigherVersion(ConnectedNode node) {
        long newest = latest == null ? 0 : latest.version();
        long applied = node.appliedVersion().orElse(0);
        if (Long.compareUnsigned(applied, newest) <= 0) {
            return false;
        }
        if (claims.hear(node.node(), applied)) {
            log.info(
                    "node {} has version {}, {} was given last: versions go on above it", node.node(), applied, newest);
            return true;
        }
        metrics.unbelievedVersion();
        log.error(
                "node {} says that it has version {}, which no operator can have given ({} was given last), and refuses what is sent:"
                        + " empty its state folder and restart its data plane",
                node.node(),
                Long.toUnsignedString(applied),
                newest);
        return false;
    }

    private void answered(LiveStream stream, NodeAnswer answer, long nowNanos) {
        metrics.answered(nowNanos - stream.sentAtNanos());
        switch (answer) {
            case Acknowledged _ -> metrics.acknowledged();
            case Refused refused -> {
                metrics.nacked(refused.code());
                log.warn(
                        "node {} refuses version {}: {} {}{}",
                        refused.node(),
                        refused.version(),
                        refused.code(),
                        refused.balancer().map(b -> "balancer " + b + ": ").orElse(""),
                        refused.reason());
            }
        }
        tell(() -> reports.answered(answer));
        release(stream.settle(), nowNanos);
    }

    private void end(LiveStream stream, Status status, long nowNanos) {
        if (stream.isEnded()) {
            return;
        }
        log.info("stream of node {} ended: {} {}", stream.node(), status.getCode(), status.getDescription());
        stream.end(status);
        forget(stream, status.getCode() + ": " + status.getDescription(), nowNanos);
    }

    private void forget(LiveStream stream, String reason, long nowNanos) {
        starved.remove(stream);
        ungreeted.remove(stream.node(), stream);
        if (greeted.remove(stream.node(), stream)) {
            metrics.streams(greeted.size());
            tell(() -> reports.disconnected(stream.node(), reason));
        }
        release(stream.settle(), nowNanos);
    }

    /** Bytes are free again: those who wait go on, the longest waiting first. */
    private void release(long bytes, long nowNanos) {
        bytesInFlight -= bytes;
        metrics.bytesInFlight(bytesInFlight);
        if (bytes == 0 || starved.isEmpty()) {
            return;
        }
        for (LiveStream waiting : List.copyOf(starved)) {
            advance(waiting, nowNanos);
            if (waiting.session().isStarved()) {
                return;
            }
        }
    }

    private void tell(Runnable report) {
        try {
            report.run();
        } catch (RuntimeException e) {
            metrics.internalError();
            log.error("a listener of node reports failed", e);
        }
    }

    private static Status replaced() {
        return Status.ABORTED.withDescription("a newer stream of the same node took its place");
    }
}

package dev.hashlb.agent.control;

import dev.hashlb.agent.control.Forwarder.Origin;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.protocol.v1alpha1.Ack;
import dev.hashlb.protocol.v1alpha1.Answer;
import dev.hashlb.protocol.v1alpha1.Applied;
import dev.hashlb.protocol.v1alpha1.Nack;
import dev.hashlb.protocol.v1alpha1.ServerProblem;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's side of the contract, whatever carries the messages: changes in, answers out. Knows what is applied, and has it kept in
 * the state folder. For one thread at a time.
 */
final class ControlledNode {
    private static final Logger LOG = LoggerFactory.getLogger(ControlledNode.class);
    /** More problems than that are not told: who has so many has another one. */
    private static final int MOST_PROBLEMS = 1000;

    private final String nodeName;
    private final SnapshotJudge judge;
    private final Forwarder forwarder;
    private final SnapshotKeeper keeper;
    private final ControlMetrics metrics;
    private volatile Snapshot applied = Snapshot.EMPTY;
    private Origin origin = Origin.OPERATOR;
    private long digest;

    ControlledNode(
            String nodeName, SnapshotJudge judge, Forwarder forwarder, SnapshotKeeper keeper, ControlMetrics metrics) {
        this.nodeName = nodeName;
        this.judge = judge;
        this.forwarder = forwarder;
        this.keeper = keeper;
        this.metrics = metrics;
    }

    /** The snapshot that is forwarded by; {@link Snapshot#EMPTY} before the first. */
    Snapshot snapshot() {
        return applied;
    }

    /** What {@code Hello} and answers tell; empty if nothing is applied. */
    Optional<Applied> applied() {
        return applied.version() == 0
                ? Optional.empty()
                : Optional.of(Applied.newBuilder()
                        .setVersion(applied.version())
                        .setDigest(digest)
                        .build());
    }

    /** Applies what is in the state folder. If that cannot be, the reason is logged and the operator is waited for. */
    void startFromDisk() {
        try {
            Optional<SnapshotChange> kept = keeper.load();
            if (kept.isEmpty()) {
                LOG.info("no snapshot in {}; waiting for the operator", keeper.place());
                return;
            }
            apply(kept.get(), Origin.DISK);
            LOG.info("forwarding by snapshot {} from {}", applied.version(), keeper.place());
        } catch (ChangeRefusedException | IOException e) {
            LOG.error("the snapshot in {} is not used, waiting for the operator: {}", keeper.place(), e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("the snapshot in {} is not used, waiting for the operator", keeper.place(), e);
        }
    }

    /** Applies a change or refuses it; never throws. */
    Answer answer(SnapshotChange change) {
        Answer.Builder answer = Answer.newBuilder().setNonce(change.getNonce());
        try {
            if (apply(change, Origin.OPERATOR)) {
                keeper.keep(applied, digest);
            }
            answer.setAck(Ack.newBuilder().addAllProblems(problems()));
        } catch (ChangeRefusedException e) {
            answer.setNack(refused(change, e));
        } catch (IOException e) {
            answer.setNack(
                    refused(change, new ChangeRefusedException(Nack.Code.SYSTEM, String.valueOf(e.getMessage()))));
        } catch (RuntimeException e) {
            LOG.error("applying version {} failed by a fault of HashLB, please report it", change.getVersion(), e);
            answer.setNack(refused(change, new ChangeRefusedException(Nack.Code.SYSTEM, "a fault of HashLB: " + e)));
        }
        applied().ifPresent(answer::setApplied);
        return answer.build();
    }

    /** Which servers of this node cannot be served now, and why. */
    List<ServerProblem> problems() {
        Map<String, String> reasons = forwarder.problems();
        List<ServerProblem> problems = new ArrayList<>();
        if (reasons.isEmpty()) {
            return problems;
        }
        for (Balancer balancer : applied.balancers()) {
            for (Server server : balancer.servers()) {
                String reason = server.node().equals(nodeName) ? reasons.get(server.identity()) : null;
                if (reason != null && problems.size() < MOST_PROBLEMS) {
                    problems.add(ServerProblem.newBuilder()
                            .setBalancer(WireWriter.name(balancer.name()))
                            .setIdentity(server.identity())
                            .setReason(ChangeRefusedException.limited(reason))
                            .build());
                }
            }
        }
        return problems;
    }

    /** Whether anything changed. */
    private boolean apply(SnapshotChange change, Origin from) throws ChangeRefusedException, IOException {
        Snapshot next = ChangeReader.read(applied, change);
        judge.check(next, change.getDigest());
        boolean changes = !next.equals(applied);
        if (changes || from != origin) {
            forwarder.apply(next, from);
            origin = from;
            applied = next;
            digest = change.getDigest();
        }
        return changes;
    }

    private Nack refused(SnapshotChange change, ChangeRefusedException e) {
        metrics.refused(e.code());
        LOG.warn(
                "refused version {} ({}): {}; snapshot {} stays",
                change.getVersion(),
                e.code(),
                ChangeRefusedException.limited(String.valueOf(e.getMessage())),
                applied.version());
        return e.toNack();
    }
}

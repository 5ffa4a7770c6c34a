package dev.hashlb.operator.cluster;

import dev.hashlb.crds.v1alpha1.HashNodeStatus;
import dev.hashlb.operator.model.NodeState;
import dev.hashlb.operator.model.NodeState.ServerKey;
import dev.hashlb.operator.push.ConnectedNode;
import dev.hashlb.operator.push.NodeAnswer;
import dev.hashlb.operator.push.NodeReport;
import dev.hashlb.operator.push.NodeReports;
import dev.hashlb.operator.push.ServerProblem;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What each data plane told, for planning and for its HashNode. Safe for any thread. */
public final class NodeBook implements NodeReports {
    /** What is known of one data plane. */
    private record Page(
            NodeState state,
            @Nullable String engine,
            @Nullable String software,
            @Nullable Long applied,
            HashNodeStatus.@Nullable LastError lastError,
            HashNodeStatus.@Nullable Counters counters,
            Condition connected) {
        Page connected(ConnectedNode node, Condition condition) {
            return new Page(
                    state.withConnected(true),
                    node.engine(),
                    node.softwareVersion(),
                    orNull(node.appliedVersion()),
                    lastError,
                    counters,
                    condition);
        }

        Page disconnected(Condition condition) {
            return new Page(state.withConnected(false), engine, software, applied, lastError, counters, condition);
        }

        Page answered(NodeState next, @Nullable Long nowApplied, HashNodeStatus.@Nullable LastError error) {
            return new Page(next, engine, software, nowApplied, error, counters, connected);
        }

        Page reported(NodeState next, HashNodeStatus.@Nullable Counters newest) {
            return new Page(next, engine, software, applied, lastError, newest, connected);
        }
    }

    private final PlanSignal signal;
    private final InstantSource clock;
    private final Map<String, Page> pages = new HashMap<>();
    private long revision;

    public NodeBook(PlanSignal signal, InstantSource clock) {
        this.signal = signal;
        this.clock = clock;
    }

    @Override
    public void connected(ConnectedNode node) {
        Condition up = condition("True", "Connected", "the data plane's stream is up");
        change(node.node(), page -> page.connected(node, up));
        // Also if nothing else is new: it may wait for a higher version.
        signal.answered();
    }

    @Override
    public void answered(NodeAnswer answer) {
        switch (answer) {
            case NodeAnswer.Acknowledged ack ->
                change(
                        ack.node(),
                        page -> page.answered(
                                page.state().acknowledged(ack.version(), problems(ack.problems()), ack.leftOut()),
                                ack.version(),
                                ack.leftOut().isEmpty() ? null : page.lastError()));
            case NodeAnswer.Refused refused -> change(refused.node(), page -> refused(page, refused));
        }
    }

    private Page refused(Page page, NodeAnswer.Refused refused) {
        String reason = refused.code() + ": " + refused.reason();
        NodeState state = refused.balancer()
                .map(b -> page.state().refused(b, reason))
                .orElseGet(() -> page.state().refused(reason));
        String about = refused.balancer().map(b -> "balancer " + b + ": ").orElse("");
        return page.answered(
                state, orNull(refused.appliedVersion()), new HashNodeStatus.LastError(about + reason, now()));
    }

    @Override
    public void reported(NodeReport report) {
        Map<ServerKey, String> problems = problems(report.problems());
        change(
                report.node(),
                page -> page.reported(
                        page.state().reported(problems, report.lostPeers()),
                        report.counters()
                                .map(c -> new HashNodeStatus.Counters(
                                        c.routed(), c.delivered(), c.dropped(), c.refusedSnapshots()))
                                .orElse(page.counters())));
    }

    @Override
    public void disconnected(String node, String reason) {
        Condition down = condition("False", "Disconnected", reason);
        change(node, page -> page.disconnected(down));
    }

    private static @Nullable Long orNull(OptionalLong version) {
        return version.isPresent() ? (Long) version.getAsLong() : null;
    }

    /** What planning needs, of every node that has told anything. */
    synchronized Map<String, NodeState> states() {
        Map<String, NodeState> states = new HashMap<>();
        pages.forEach((node, page) -> states.put(node, page.state()));
        return states;
    }

    /** The statuses of all nodes that have told anything since this operator leads. */
    synchronized Map<String, HashNodeStatus> statuses() {
        Map<String, HashNodeStatus> statuses = new HashMap<>();
        pages.forEach((node, page) -> statuses.put(
                node,
                new HashNodeStatus(
                        page.engine(),
                        page.software(),
                        page.applied(),
                        page.lastError(),
                        page.counters(),
                        List.of(page.connected()))));
        return statuses;
    }

    /** Grows whenever a node has told something. */
    synchronized long revision() {
        return revision;
    }

    /** Another operator leads: what nodes tell it, this one does not know. */
    synchronized void forget() {
        pages.clear();
    }

    private void change(String node, UnaryOperator<Page> how) {
        boolean matters;
        synchronized (this) {
            Page before = pages.getOrDefault(
                    node,
                    new Page(NodeState.UNKNOWN, null, null, null, null, null, condition("Unknown", "Unknown", "")));
            Page after = how.apply(before);
            pages.put(node, after);
            revision++;
            matters = !after.state().equals(before.state());
        }
        if (matters) {
            signal.answered();
        }
    }

    private static Map<ServerKey, String> problems(List<ServerProblem> told) {
        Map<ServerKey, String> problems = new HashMap<>();
        told.forEach(p -> problems.put(new ServerKey(p.balancer(), p.identity()), p.reason()));
        return problems;
    }

    private Condition condition(String status, String reason, String message) {
        return new ConditionBuilder()
                .withType("Connected")
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .withLastTransitionTime(now())
                .build();
    }

    private String now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}

package dev.hashlb.operator.cluster;

import dev.hashlb.core.snapshot.NamespacedName;
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
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What each data plane told, for planning and for its HashNode. Safe for any thread. */
public final class NodeBook implements NodeReports {
    private record Page(
            NodeState state,
            @Nullable String engine,
            @Nullable String software,
            @Nullable Long applied,
            HashNodeStatus.@Nullable LastError lastError,
            HashNodeStatus.@Nullable Counters counters,
            Condition connected) {}

    private final PlanSignal signal;
    private final InstantSource clock;
    private final Map<String, Page> pages = new HashMap<>();

    public NodeBook(PlanSignal signal, InstantSource clock) {
        this.signal = signal;
        this.clock = clock;
    }

    @Override
    public void connected(ConnectedNode node) {
        change(
                node.node(),
                page -> new Page(
                        page.state().withConnected(true),
                        node.engine(),
                        node.softwareVersion(),
                        node.appliedVersion().isPresent()
                                ? (Long) node.appliedVersion().getAsLong()
                                : null,
                        page.lastError(),
                        page.counters(),
                        condition("True", "Connected", "the data plane's stream is up")));
    }

    @Override
    public void answered(NodeAnswer answer) {
        switch (answer) {
            case NodeAnswer.Acknowledged ack ->
                change(
                        ack.node(),
                        page -> new Page(
                                page.state().acknowledged(ack.version(), problems(ack.problems()), ack.leftOut()),
                                page.engine(),
                                page.software(),
                                ack.version(),
                                ack.leftOut().isEmpty() ? null : page.lastError(),
                                page.counters(),
                                page.connected()));
            case NodeAnswer.Refused refused ->
                change(refused.node(), page -> {
                    String reason = refused.code() + ": " + refused.reason();
                    NodeState state = refused.balancer()
                            .map(b -> page.state().refused(b, reason))
                            .orElseGet(() -> page.state().refused(reason));
                    return new Page(
                            state,
                            page.engine(),
                            page.software(),
                            refused.appliedVersion().isPresent()
                                    ? (Long) refused.appliedVersion().getAsLong()
                                    : null,
                            new HashNodeStatus.LastError(
                                    refused.balancer()
                                                    .map(NamespacedName::toString)
                                                    .map(b -> "balancer " + b + ": ")
                                                    .orElse("")
                                            + reason,
                                    now()),
                            page.counters(),
                            page.connected());
                });
        }
    }

    @Override
    public void reported(NodeReport report) {
        change(
                report.node(),
                page -> new Page(
                        page.state().withProblems(problems(report.problems())),
                        page.engine(),
                        page.software(),
                        page.applied(),
                        page.lastError(),
                        report.counters()
                                .map(c -> new HashNodeStatus.Counters(
                                        c.routed(), c.delivered(), c.dropped(), c.refusedSnapshots()))
                                .orElse(page.counters()),
                        page.connected()));
    }

    @Override
    public void disconnected(String node, String reason) {
        change(
                node,
                page -> new Page(
                        page.state().withConnected(false),
                        page.engine(),
                        page.software(),
                        page.applied(),
                        page.lastError(),
                        page.counters(),
                        condition("False", "Disconnected", reason)));
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
            matters = !after.state().equals(before.state());
        }
        if (matters) {
            signal.changed();
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

package dev.hashlb.operator.model;

import dev.hashlb.core.snapshot.NamespacedName;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a data plane told, as far as planning goes.
 *
 * @param connected whether its stream is up
 * @param acknowledgedVersion the greatest version that it has taken; 0 for none since this operator leads
 * @param problems servers of this node that it cannot serve now, with the reason
 * @param leftOut balancers that it has refused and so does not have, with the reason
 * @param lostPeers names of the nodes that it does not hear any more
 * @param refusal why it refuses the newest snapshot as a whole
 */
public record NodeState(
        boolean connected,
        long acknowledgedVersion,
        Map<ServerKey, String> problems,
        Map<NamespacedName, String> leftOut,
        Set<String> lostPeers,
        Optional<String> refusal) {
    public static final NodeState UNKNOWN = new NodeState(false, 0, Map.of(), Map.of(), Set.of(), Optional.empty());

    public NodeState {
        problems = Map.copyOf(problems);
        leftOut = Map.copyOf(leftOut);
        lostPeers = Set.copyOf(lostPeers);
    }

    /** A server of a balancer. */
    public record ServerKey(NamespacedName balancer, String identity) {}

    /** Whether the node forwards with what went out for a balancer under this version; 0 is a version that never went out. */
    boolean has(NamespacedName balancer, long version) {
        return version > 0 && acknowledgedVersion >= version && !leftOut.containsKey(balancer);
    }

    /** A stream that begins or ends: what the one before it told of peers does not hold any more. */
    public NodeState withConnected(boolean nowConnected) {
        return new NodeState(nowConnected, acknowledgedVersion, problems, leftOut, Set.of(), refusal);
    }

    public NodeState acknowledged(
            long version, Map<ServerKey, String> nowProblems, Map<NamespacedName, String> nowLeftOut) {
        return new NodeState(
                connected,
                Math.max(acknowledgedVersion, version),
                nowProblems,
                nowLeftOut,
                lostPeers,
                Optional.empty());
    }

    public NodeState refused(String reason) {
        return new NodeState(connected, acknowledgedVersion, problems, leftOut, lostPeers, Optional.of(reason));
    }

    /** One balancer is refused, which says nothing about the others. */
    public NodeState refused(NamespacedName balancer, String reason) {
        HashMap<NamespacedName, String> more = new HashMap<>(leftOut);
        more.put(balancer, reason);
        return new NodeState(connected, acknowledgedVersion, problems, more, lostPeers, refusal);
    }

    public NodeState reported(Map<ServerKey, String> nowProblems, Set<String> nowLostPeers) {
        return new NodeState(connected, acknowledgedVersion, nowProblems, leftOut, nowLostPeers, refusal);
    }
}

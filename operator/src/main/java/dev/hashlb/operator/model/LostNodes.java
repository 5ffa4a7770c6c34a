package dev.hashlb.operator.model;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which nodes are dead for all that can be seen: their stream is gone, and peers that are connected do not hear their probes either.
 * Kubernetes itself takes 40 seconds to say so.
 *
 * @param names their servers take no new flows until they are back
 * @param doubted those that look dead as well, but too many do at once: it is rather the network, or this operator, that is cut off
 */
record LostNodes(Set<String> names, Set<String> doubted) {
    /** One peer alone may be the one that is cut off. */
    private static final int WITNESSES = 2;

    LostNodes {
        names = Set.copyOf(names);
        doubted = Set.copyOf(doubted);
    }

    /**
     * Judges.
     *
     * @param nodes names of the cluster's nodes
     * @param dataPlanes names of those that had a data plane at some time: one may have died with the operator that it told of itself
     * @param told what data planes told; of a node that never had one nothing can be lost
     * @param before the names of the judgement before: those stay lost, whatever happens to others
     */
    static LostNodes of(
            Collection<String> nodes, Collection<String> dataPlanes, Map<String, NodeState> told, Set<String> before) {
        Set<String> known = new TreeSet<>(told.keySet());
        known.addAll(dataPlanes);
        known.retainAll(nodes);
        Set<String> dead = new TreeSet<>();
        for (String node : known) {
            if (looksDead(node, told, before.contains(node))) {
                dead.add(node);
            }
        }
        if (2 * dead.size() <= known.size()) {
            return new LostNodes(dead, Set.of());
        }
        Set<String> lost = new HashSet<>(dead);
        lost.retainAll(before);
        dead.removeAll(lost);
        return new LostNodes(lost, dead);
    }

    /** A node that is lost stays so until its stream is back: a witness that dies as well does not bring it to life. */
    private static boolean looksDead(String node, Map<String, NodeState> told, boolean isLost) {
        boolean connected = told.getOrDefault(node, NodeState.UNKNOWN).connected();
        return !connected && (isLost || witnesses(node, told) >= WITNESSES);
    }

    private static long witnesses(String node, Map<String, NodeState> told) {
        return told.entrySet().stream()
                .filter(e -> !e.getKey().equals(node))
                .filter(e ->
                        e.getValue().connected() && e.getValue().lostPeers().contains(node))
                .count();
    }
}

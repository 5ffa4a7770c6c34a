package dev.hashlb.operator.push;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a data plane tells between answers.
 *
 * @param problems all servers of the node that cannot be served now; takes the place of what it told before
 * @param lostPeers names of the nodes that it does not hear any more
 * @param counters absent: as before
 */
public record NodeReport(
        String node, List<ServerProblem> problems, Set<String> lostPeers, Optional<Counters> counters) {
    public NodeReport {
        problems = List.copyOf(problems);
        lostPeers = Set.copyOf(lostPeers);
    }

    /** Packets and refusals since the data plane started; unsigned. */
    public record Counters(long routed, long delivered, long dropped, long refusedSnapshots) {}
}

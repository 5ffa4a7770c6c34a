package dev.hashlb.core.snapshot;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One backend.
 *
 * @param name what a person calls it
 * @param identity what the calculation knows it by: the pod's UID, or {@code namespace/balancer/name} for a static one
 * @param node the name of the node that hosts it
 * @param networkNamespace where it lives: the path of a file that names it; empty: found by its addresses
 * @param addresses the server's own addresses; may be empty for a static server, whose host then looks them up
 * @param families the families whose server list it is in
 * @param intervals oldest first, not overlapping, at most {@value #MAX_INTERVALS}; none: Prepared, which means that its
 *     host sets it up, and that it is in no list
 */
public record Server(
        String name,
        String identity,
        String node,
        String networkNamespace,
        List<IpAddress> addresses,
        Set<Family> families,
        List<Interval> intervals) {
    public static final int MAX_INTERVALS = 8;

    public Server {
        addresses = List.copyOf(addresses);
        families = Set.copyOf(families);
        intervals = List.copyOf(intervals);
        if (intervals.size() > MAX_INTERVALS) {
            throw new IllegalArgumentException(
                    "server " + name + " has " + intervals.size() + " intervals, expected at most " + MAX_INTERVALS);
        }
    }

    /** Whether it never took flows yet: only its host looks at it. */
    public boolean prepared() {
        return intervals.isEmpty();
    }

    /** The interval in which the server took new flows at this generation, if it did. */
    public Optional<Interval> intervalAt(long generation) {
        return intervals.stream().filter(i -> i.contains(generation)).findFirst();
    }

    /** The same server, found at a path. */
    public Server withNetworkNamespace(String path) {
        return new Server(name, identity, node, path, addresses, families, intervals);
    }
}

package dev.hashlb.core.declare;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The document {@code StaticServers}, outside Kubernetes only: the servers of the balancer that {@code metadata} names.
 *
 * @param generation the list's number, one more with each change; where all servers have {@code joined}
 */
public record StaticServers(
        @Nullable Metadata metadata,
        @Nullable Long generation,
        @Nullable List<@Nullable Server> servers) implements Document {

    /**
     * @param name unique among the balancer's servers
     * @param node the node that hosts it
     * @param netns its network namespace: a name under {@code /run/netns}, or an absolute path
     * @param addresses its own addresses, where its default route's device has several; at most one of each family
     * @param weight its share, 1 to 256
     * @param joined the generation in which it began to take new flows
     * @param left the generation in which it ceased to
     * @param draining whether it takes no new flows
     * @param intervals the long form of weight, joined and left
     */
    public record Server(
            @Nullable String name,
            @Nullable String node,
            @Nullable String netns,
            @Nullable List<@Nullable String> addresses,
            @Nullable Long weight,
            @Nullable Long joined,
            @Nullable Long left,
            @Nullable Boolean draining,
            @Nullable List<@Nullable Interval> intervals) {}

    /** A time in which a server takes new flows: from generation {@code joined} until before {@code left}. */
    public record Interval(
            @Nullable Long weight,
            @Nullable Long joined,
            @Nullable Long left) {}
}

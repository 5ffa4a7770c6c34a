package dev.hashlb.agent.engine;

import dev.hashlb.core.address.IpAddress;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an engine needs besides snapshots.
 *
 * @param nodeName this node's name in the snapshots
 * @param nodeAddress where peers send the tunnel's packets, and where ours come from
 * @param routerQueueFds one queue of the node's TUN for each packet thread; stay the caller's
 * @param tunnelFds one socket for each packet thread, bound to {@code nodeAddress} and {@code TunnelHeader.PORT}; stay the caller's
 * @param uplinkMtuBytes the largest IP packet that the uplink carries
 * @param icmpSourceIpv4 the node's own address from which ICMP errors are sent; null: none are sent for the family
 * @param icmpSourceIpv6 likewise
 * @param probes takes what peers send to the control side
 * @param namespaceDied told, from a packet thread, that a namespace's device is gone; must return at once
 */
public record EngineSettings(
        String nodeName,
        IpAddress nodeAddress,
        List<Integer> routerQueueFds,
        List<Integer> tunnelFds,
        int uplinkMtuBytes,
        @Nullable IpAddress icmpSourceIpv4,
        @Nullable IpAddress icmpSourceIpv6,
        ProbeSink probes,
        Consumer<String> namespaceDied) {

    public EngineSettings {
        routerQueueFds = List.copyOf(routerQueueFds);
        tunnelFds = List.copyOf(tunnelFds);
        if (tunnelFds.size() != routerQueueFds.size()) {
            throw new IllegalArgumentException(routerQueueFds.size() + " queues and " + tunnelFds.size()
                    + " tunnel sockets, expected equal numbers");
        }
    }
}

package dev.hashlb.core.snapshot;

import java.util.List;
import java.util.Optional;

/**
 * Everything a data plane needs; applied whole or not at all.
 *
 * @param version grows with each change
 * @param balancers by name
 * @param nodes by name
 * @param keys the newest first, at most two; empty: peers are known by their address alone
 */
public record Snapshot(long version, List<Balancer> balancers, List<Node> nodes, List<TunnelKey> keys) {
    public static final Snapshot EMPTY = new Snapshot(0, List.of(), List.of(), List.of());

    public Snapshot {
        balancers = List.copyOf(balancers);
        nodes = List.copyOf(nodes);
        keys = List.copyOf(keys);
    }

    public Optional<Node> node(String name) {
        return nodes.stream().filter(n -> n.name().equals(name)).findFirst();
    }
}

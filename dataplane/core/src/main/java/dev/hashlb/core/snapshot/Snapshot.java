package dev.hashlb.core.snapshot;

import java.util.List;
import java.util.Optional;

/**
 * Everything a data plane needs; applied whole or not at all.
 *
 * @param version grows with each change
 * @param balancers by name
 * @param routerGroups by name; outside Kubernetes only: no operator sends them
 * @param nodes by name
 * @param keys the newest first, at most two; empty: peers are known by their address alone
 */
public record Snapshot(
        long version,
        List<Balancer> balancers,
        List<RouterGroup> routerGroups,
        List<Node> nodes,
        List<TunnelKey> keys) {
    public static final Snapshot EMPTY = new Snapshot(0, List.of(), List.of(), List.of());

    public Snapshot {
        balancers = List.copyOf(balancers);
        routerGroups = List.copyOf(routerGroups);
        nodes = List.copyOf(nodes);
        keys = List.copyOf(keys);
    }

    /** A snapshot without groups of routers. */
    public Snapshot(long version, List<Balancer> balancers, List<Node> nodes, List<TunnelKey> keys) {
        this(version, balancers, List.of(), nodes, keys);
    }

    public Optional<Node> node(String name) {
        return nodes.stream().filter(n -> n.name().equals(name)).findFirst();
    }

    /** The same snapshot with its balancers changed. */
    public Snapshot withBalancers(List<Balancer> others) {
        return new Snapshot(version, others, routerGroups, nodes, keys);
    }

    /** The same snapshot of another version. */
    public Snapshot withVersion(long other) {
        return new Snapshot(other, balancers, routerGroups, nodes, keys);
    }

    /** The same snapshot under other keys. */
    public Snapshot withKeys(List<TunnelKey> others) {
        return new Snapshot(version, balancers, routerGroups, nodes, others);
    }
}

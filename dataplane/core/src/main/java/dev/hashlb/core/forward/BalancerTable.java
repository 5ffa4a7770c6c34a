package dev.hashlb.core.forward;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.select.Identity;
import dev.hashlb.core.select.SelectionTable;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Server;
import java.util.Map;

/** A balancer compiled for look-ups: its tables, wire ids and who may come in. Immutable. */
public final class BalancerTable {
    private final int index;
    private final Balancer balancer;
    private final SelectionTable ipv4Table;
    private final SelectionTable ipv6Table;
    private final SourceFilter ipv4Sources;
    private final SourceFilter ipv6Sources;
    private final int[] wireIds;
    private final int[] nodeIndexes;
    private final WireIdMap serversByWireId;

    BalancerTable(int index, Balancer balancer, Map<String, Integer> nodeIndexesByName) {
        this.index = index;
        this.balancer = balancer;
        long generation = balancer.generation();
        ipv4Table = SelectionTable.of(balancer, Family.IPV4, generation);
        boolean sameList =
                balancer.serversAt(generation, Family.IPV4).equals(balancer.serversAt(generation, Family.IPV6));
        ipv6Table = sameList ? ipv4Table : SelectionTable.of(balancer, Family.IPV6, generation);
        ipv4Sources = new SourceFilter(balancer.sourceRanges(), Family.IPV4);
        ipv6Sources = new SourceFilter(balancer.sourceRanges(), Family.IPV6);
        wireIds = balancer.servers().stream()
                .mapToInt(s -> Identity.wireId(s.identity()))
                .toArray();
        nodeIndexes = balancer.servers().stream()
                .mapToInt(s -> nodeIndexesByName.getOrDefault(s.node(), -1))
                .toArray();
        serversByWireId = new WireIdMap(wireIds);
    }

    /** The balancer's index in its snapshot. */
    public int index() {
        return index;
    }

    public Balancer balancer() {
        return balancer;
    }

    public SelectionTable table(Family family) {
        return family == Family.IPV4 ? ipv4Table : ipv6Table;
    }

    public Server server(int serverIndex) {
        return balancer.servers().get(serverIndex);
    }

    /** What names the server in the tunnel's option. */
    public int wireId(int serverIndex) {
        return wireIds[serverIndex];
    }

    /** The index in the snapshot's nodes of the server's node, or -1 if the snapshot does not have that node. */
    public int nodeIndex(int serverIndex) {
        return nodeIndexes[serverIndex];
    }

    /** The index of the server that a wire id names, or -1. */
    public int serverByWireId(int wireId) {
        return serversByWireId.find(wireId);
    }

    /** Whether {@code sourceRanges} admits the flow's client. */
    public boolean admits(Flow flow) {
        return sources(flow.family()).admits(flow);
    }

    SourceFilter sources(Family family) {
        return family == Family.IPV4 ? ipv4Sources : ipv6Sources;
    }
}

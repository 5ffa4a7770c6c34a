package dev.hashlb.core.forward;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.select.Identity;
import dev.hashlb.core.select.SelectionTable;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Server;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

    /** @param before the same balancer's table of the snapshot before, to compute only what differs; or null */
    BalancerTable(
            int index, Balancer balancer, Map<String, Integer> nodeIndexesByName, @Nullable BalancerTable before) {
        this.index = index;
        this.balancer = balancer;
        ipv4Table = table(balancer, Family.IPV4, before);
        boolean sameList = balancer.servers().stream()
                .allMatch(
                        s -> s.families().contains(Family.IPV4) == s.families().contains(Family.IPV6));
        ipv6Table = sameList ? ipv4Table : table(balancer, Family.IPV6, before);
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

    private static SelectionTable table(Balancer balancer, Family family, @Nullable BalancerTable before) {
        if (before == null) {
            return SelectionTable.of(balancer, family, balancer.generation());
        }
        Balancer old = before.balancer;
        boolean same = old.servers().equals(balancer.servers())
                && old.hash().equals(balancer.hash())
                && old.generation() == balancer.generation();
        SelectionTable table = before.table(family);
        return same ? table : table.next(balancer, family);
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

    /**
     * The wire id at a position of a slot's owner chain, 0 where the chain has ended.
     *
     * @param position 0 for the owner
     */
    public int chainWireId(SelectionTable table, int slot, int position) {
        return position < table.chainLength(slot) ? wireIds[table.chain(slot, position)] : 0;
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

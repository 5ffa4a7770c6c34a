package dev.hashlb.core.forward;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.select.BalancerTables;
import dev.hashlb.core.select.SelectionTable;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Server;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A balancer compiled for look-ups: its servers now and in the generations before, and who may come in. Immutable. */
public final class BalancerTable {
    /** So many generations before its own a packet on its way may have that was offered by them: a change comes to all nodes within one or two. */
    private static final int EARLIER = 3;

    private final int index;
    private final Balancer balancer;
    private final ServerList list;
    /** Newest first. */
    private final ServerList[] earlier;

    private final SourceFilter ipv4Sources;
    private final SourceFilter ipv6Sources;
    private final int[] nodeIndexes;

    /** @param before the same balancer's table of the snapshot before, to compute only what differs; or null */
    BalancerTable(
            int index, Balancer balancer, Map<String, Integer> nodeIndexesByName, @Nullable BalancerTable before) {
        this.index = index;
        this.balancer = balancer;
        list = before == null ? ServerList.of(balancer) : before.list.next(balancer);
        earlier = before == null ? new ServerList[0] : before.earlierThan(list, balancer);
        ipv4Sources = new SourceFilter(balancer.sourceRanges(), Family.IPV4);
        ipv6Sources = new SourceFilter(balancer.sourceRanges(), Family.IPV6);
        nodeIndexes = balancer.servers().stream()
                .mapToInt(s -> nodeIndexesByName.getOrDefault(s.node(), -1))
                .toArray();
    }

    /** Of a balancer that was made anew under its name the numbers begin anew: nothing before that is the list of any of them. */
    private ServerList[] earlierThan(ServerList newer, Balancer itsBalancer) {
        if (newer == list) {
            return earlier;
        }
        boolean follows = newer.generation() - list.generation() > 0 && list.comparableWith(itsBalancer);
        return follows
                ? Stream.concat(Stream.of(list), Stream.of(earlier))
                        .limit(EARLIER)
                        .toArray(ServerList[]::new)
                : new ServerList[0];
    }

    /** The balancer's index in its snapshot. */
    public int index() {
        return index;
    }

    public Balancer balancer() {
        return balancer;
    }

    public SelectionTable table(Family family) {
        return list.table(family);
    }

    /** The tables of both families. */
    public BalancerTables tables() {
        return list.tables();
    }

    ServerList list() {
        return list;
    }

    /** The servers as of a generation, if that is this table's or one of the last few before it; else null. */
    @Nullable ServerList list(int generation) {
        if (list.generation() == generation) {
            return list;
        }
        for (ServerList before : earlier) {
            if (before.generation() == generation) {
                return before;
            }
        }
        return null;
    }

    public Server server(int serverIndex) {
        return balancer.servers().get(serverIndex);
    }

    /** What names the server in the tunnel's option. */
    public int wireId(int serverIndex) {
        return list.wireId(serverIndex);
    }

    /** The index in the snapshot's nodes of the server's node, or -1 if the snapshot does not have that node. */
    public int nodeIndex(int serverIndex) {
        return nodeIndexes[serverIndex];
    }

    /** The index of the server that a wire id names, or -1. */
    public int serverByWireId(int wireId) {
        return list.serverByWireId(wireId);
    }

    /** Whether {@code sourceRanges} admits the flow's client. */
    public boolean admits(Flow flow) {
        return sources(flow.family()).admits(flow);
    }

    SourceFilter sources(Family family) {
        return family == Family.IPV4 ? ipv4Sources : ipv6Sources;
    }
}

package dev.hashlb.agent.engine.netty;

import dev.hashlb.core.address.AddressIndex;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.forward.BalancerTable;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.route.RouterShare;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.TunnelKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A forwarding table as one node's packet threads use it: with its peers, its own servers' devices and its counters' rows. */
final class ForwardingView {
    private final ForwardingTable table;
    private final int selfIndex;
    private final RouterShare share;
    private final int[] routerNodes;
    private final Peer[] peers;
    private final AddressIndex peersByAddress;
    private final @Nullable PodPort[][] ports;
    private final int[] counterRows;
    private final int[] groupRows;
    private final List<TunnelKey> keys;
    private final long[] udpUntilNanos;

    /**
     * @param selfIndex this node's index among the snapshot's nodes, or -1 if it is not among them
     * @param share what this node handles of the packets that all routers receive
     * @param peers by node index
     * @param portsByNamespace finds the device of a server of this node
     * @param counterRows by balancer index
     * @param groupRows by the index of a router group
     * @param udpUntilNanos by balancer index: until when UDP is offered along the owner chain, by {@link System#nanoTime}
     */
    ForwardingView(
            ForwardingTable table,
            int selfIndex,
            RouterShare share,
            Peer[] peers,
            java.util.function.Function<String, PodPort> portsByNamespace,
            int[] counterRows,
            int[] groupRows,
            long[] udpUntilNanos) {
        this.table = table;
        this.selfIndex = selfIndex;
        this.share = share;
        List<Node> nodes = table.snapshot().nodes();
        routerNodes = table.routers().now().list().routers().stream()
                .mapToInt(nodes::indexOf)
                .toArray();
        this.peers = peers.clone();
        this.peersByAddress = new AddressIndex(nodes.stream().map(Node::address).toList());
        this.counterRows = counterRows.clone();
        this.groupRows = groupRows.clone();
        this.udpUntilNanos = udpUntilNanos.clone();
        this.keys = table.snapshot().keys();
        this.ports = new PodPort[table.balancers().size()][];
        for (BalancerTable balancer : table.balancers()) {
            List<Server> servers = balancer.balancer().servers();
            @Nullable PodPort[] here = new PodPort[servers.size()];
            for (int i = 0; i < here.length; i++) {
                boolean local = selfIndex >= 0 && balancer.nodeIndex(i) == selfIndex;
                here[i] = local ? portsByNamespace.apply(servers.get(i).networkNamespace()) : null;
            }
            ports[balancer.index()] = here;
        }
    }

    ForwardingTable table() {
        return table;
    }

    int selfIndex() {
        return selfIndex;
    }

    /** What this node handles of the packets that all routers receive. */
    RouterShare share() {
        return share;
    }

    /** The index among the snapshot's nodes of a router of the list of those that live; -1 if the snapshot does not have it (any more). */
    int routerNode(int router) {
        return routerNodes[router];
    }

    IpAddress selfAddress() {
        return peers[selfIndex].address();
    }

    Peer peer(int nodeIndex) {
        return peers[nodeIndex];
    }

    /** The index of the node with this address, or {@link AddressIndex#ABSENT}. */
    int peerByAddress(Family family, long high, long low) {
        return peersByAddress.find(family, high, low);
    }

    /** The device of a server of this node; null where the server lives on another. */
    @Nullable PodPort port(BalancerTable balancer, int serverIndex) {
        return ports[balancer.index()][serverIndex];
    }

    int counterRow(@Nullable BalancerTable balancer) {
        return balancer == null ? LoopCounters.UNOWNED_ROW : counterRows[balancer.index()];
    }

    /** The counters of a router group. */
    int groupRow(int group) {
        return groupRows[group];
    }

    /** Whether UDP packets are offered along the owner chain: for a while after the list changed. */
    boolean offersUdp(BalancerTable balancer, long nowNanos) {
        return nowNanos - udpUntilNanos[balancer.index()] < 0;
    }

    /** The newest first; empty: peers are known by address alone. */
    List<TunnelKey> keys() {
        return keys;
    }
}

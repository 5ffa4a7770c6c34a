package dev.hashlb.core.forward;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.forward.Vip.BoundPort;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.packet.PacketKind;
import dev.hashlb.core.route.LiveRouters;
import dev.hashlb.core.route.RouterList;
import dev.hashlb.core.route.RouterShare;
import dev.hashlb.core.route.ServiceEnd;
import dev.hashlb.core.select.SelectionTable;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot compiled for look-ups: which balancer, slot and server take a packet. Immutable; safe to read from any thread.
 * {@link #decide} is the one code path of routers and of {@code hashlb trace}.
 */
public final class ForwardingTable {
    public static final ForwardingTable EMPTY = compile(Snapshot.EMPTY);

    private static final ValueLayout.OfShort PORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int TRANSPORT_PORTS_BYTES = 4;

    private final Snapshot snapshot;
    private final List<BalancerTable> balancers;
    private final VipTable vips;
    private final ServiceEnd serviceEnd;
    private final GroupTable groups;
    private final ReplyTable replies;

    private ForwardingTable(Snapshot snapshot, List<BalancerTable> balancers, VipTable vips, LiveRouters routers) {
        this.snapshot = snapshot;
        this.balancers = balancers;
        this.vips = vips;
        serviceEnd = new ServiceEnd(vips.addresses(), GroupTable.destinations(snapshot.routerGroups()));
        groups = new GroupTable(snapshot.routerGroups(), serviceEnd);
        replies = new ReplyTable(vips, new EgressTable(balancers), serviceEnd, routers);
    }

    private ForwardingTable(ForwardingTable same, LiveRouters routers) {
        snapshot = same.snapshot;
        balancers = same.balancers;
        vips = same.vips;
        serviceEnd = same.serviceEnd;
        groups = same.groups;
        replies = same.replies.with(routers);
    }

    /**
     * Computes every table of the snapshot, with all nodes that are routers alive. Takes milliseconds per balancer: not for a
     * packet thread.
     */
    public static ForwardingTable compile(Snapshot snapshot) {
        return compile(snapshot, null, LiveRouters.of(RouterList.of(snapshot.nodes())));
    }

    /** The same, computed from this table where that is quicker; what has not changed is shared. */
    public ForwardingTable next(Snapshot newer, LiveRouters routersNow) {
        return compile(newer, this, routersNow);
    }

    /** The same table with other routers alive; takes no time. */
    public ForwardingTable withRouters(LiveRouters routersNow) {
        return new ForwardingTable(this, routersNow);
    }

    private static ForwardingTable compile(Snapshot snapshot, @Nullable ForwardingTable before, LiveRouters routers) {
        Map<NamespacedName, BalancerTable> known = new HashMap<>();
        if (before != null) {
            before.balancers.forEach(b -> known.put(b.balancer().name(), b));
        }
        Map<String, Integer> nodeIndexes = new HashMap<>();
        for (int i = 0; i < snapshot.nodes().size(); i++) {
            nodeIndexes.put(snapshot.nodes().get(i).name(), i);
        }
        List<BalancerTable> tables = new ArrayList<>();
        Map<IpAddress, List<BalancerTable>> byAddress = new LinkedHashMap<>();
        for (Balancer balancer : snapshot.balancers()) {
            BalancerTable table = new BalancerTable(tables.size(), balancer, nodeIndexes, known.get(balancer.name()));
            tables.add(table);
            for (IpAddress address : balancer.addresses()) {
                byAddress.computeIfAbsent(address, a -> new ArrayList<>()).add(table);
            }
        }
        List<Vip> vips = new ArrayList<>();
        byAddress.forEach((address, here) -> vips.add(new Vip(address, here)));
        return new ForwardingTable(snapshot, List.copyOf(tables), new VipTable(vips), routers);
    }

    public Snapshot snapshot() {
        return snapshot;
    }

    public LiveRouters routers() {
        return replies.routers();
    }

    /** Which router the calculation names, and what becomes of packets that servers send. */
    public ReplyTable replies() {
        return replies;
    }

    /** What is routed by the calculation alone. */
    public GroupTable groups() {
        return groups;
    }

    /** In the order of the snapshot's balancers. */
    public List<BalancerTable> balancers() {
        return balancers;
    }

    private @Nullable Vip vip(Family family, long high, long low) {
        return vips.find(family, high, low);
    }

    public boolean isVip(Family family, long high, long low) {
        return vip(family, high, low) != null;
    }

    /** The balancer that has a VIP for itself; null where several share it, or if the address is no VIP. */
    public @Nullable BalancerTable soleBalancer(Family family, long high, long low) {
        Vip vip = vip(family, high, low);
        return vip == null ? null : vip.soleBalancer();
    }

    /**
     * What a router does with a packet that all routers received: the one that the calculation names treats it as {@link
     * #decide(Packet, Decision)} says, the others drop it.
     *
     * @param share what this router handles
     */
    public Verdict decideShared(Packet packet, RouterShare share, Decision out) {
        Flow flow = packet.flow();
        Vip vip = vip(flow.family(), flow.destinationHigh(), flow.destinationLow());
        if (vip != null && !share.contains(vip.ingress(), flow, serviceEnd.port(flow))) {
            return out.drop(DropReason.NOT_SELECTED, null);
        }
        return decide(packet, out);
    }

    /** What a router does with a packet that reached it alone; the result is also in {@code out}. */
    public Verdict decide(Packet packet, Decision out) {
        Verdict verdict = decide(packet.flow(), packet.kind(), out);
        if (verdict != Verdict.FORWARD && out.dropReason() == DropReason.NO_SERVER && !startsFlow(packet)) {
            BalancerTable balancer = out.balancer();
            if (balancer != null && balancer.table(packet.flow().family()).hasOwners()) {
                verdict = toWhoDrains(packet.flow(), out);
            }
        }
        if (verdict == Verdict.FORWARD && packet.flow().fragment() && packet.fragmentOffsetBytes() == 0) {
            findPortOfFirstFragment(packet, out);
        }
        return verdict;
    }

    /**
     * What a router does with a packet of this flow.
     *
     * @param flow the flow, turned to the service's side
     * @param kind what the packet is
     */
    public Verdict decide(Flow flow, PacketKind kind, Decision out) {
        Vip vip = vip(flow.family(), flow.destinationHigh(), flow.destinationLow());
        if (vip == null) {
            return out.drop(DropReason.NOT_A_VIP, null);
        }
        if (kind == PacketKind.ECHO_REQUEST) {
            return decideEcho(vip, flow, out);
        }
        BoundPort bound =
                flow.fragment() ? vip.forFragments(flow.protocol()) : vip.find(flow.protocol(), flow.destinationPort());
        if (bound == null) {
            return decideUnbound(vip, flow, kind, out);
        }
        BalancerTable balancer = bound.balancer();
        if (!bound.sources().admits(flow)) {
            return out.drop(DropReason.SOURCE_RANGE, balancer);
        }
        SelectionTable table = bound.table();
        if (table.isEmpty()) {
            return reject(vip, flow, kind, DropReason.NO_SERVER, balancer, out);
        }
        int slot = flow.fragment() ? table.slot(flow, bound.port().port()) : table.slot(flow);
        return out.forward(balancer, flow.fragment() ? null : bound.port(), slot, table.owner(slot));
    }

    /**
     * Judges a tunnel packet as its router did: known VIP and port, admitted source. Whether a server takes new flows
     * does not matter, since one that drains keeps those it has.
     *
     * @return {@link Verdict#FORWARD} with the slot's owner by this node's list, slot and owner -1 if it has none; or {@link
     *     Verdict#DROP}
     */
    public Verdict decideForHost(Packet packet, Decision out) {
        Verdict verdict = decide(packet, out);
        if (verdict == Verdict.FORWARD || (verdict == Verdict.DROP && out.dropReason() != DropReason.NO_SERVER)) {
            return verdict;
        }
        return out.dropReason() == DropReason.NO_SERVER
                ? toWhoDrains(packet.flow(), out)
                : out.drop(out.dropReason(), out.balancer());
    }

    /** Only TCP tells whether a packet may belong to a flow that a draining server has. */
    private static boolean startsFlow(Packet packet) {
        return packet.flow().protocol() != Protocol.TCP.number()
                || packet.opensConnection()
                || packet.flow().fragment();
    }

    /** No server takes new flows: to the last that did and still lives, if there is one, with its chain. */
    private Verdict toWhoDrains(Flow flow, Decision out) {
        Vip vip = vip(flow.family(), flow.destinationHigh(), flow.destinationLow());
        BoundPort bound = vip == null
                ? null
                : flow.fragment()
                        ? vip.forFragments(flow.protocol())
                        : vip.find(flow.protocol(), flow.destinationPort());
        if (bound == null) {
            return out.drop(DropReason.NO_SERVER, out.balancer());
        }
        SelectionTable table = bound.table();
        ServicePort port = flow.fragment() ? null : bound.port();
        if (!table.hasOwners()) {
            return out.forward(bound.balancer(), port, Decision.NONE, Decision.NONE);
        }
        int slot = flow.fragment() ? table.slot(flow, bound.port().port()) : table.slot(flow);
        return out.forward(bound.balancer(), port, slot, table.owner(slot));
    }

    private static Verdict decideEcho(Vip vip, Flow flow, Decision out) {
        if (!vip.admits(flow)) {
            return out.drop(DropReason.SOURCE_RANGE, null);
        }
        return vip.ping() ? out.answer(Verdict.ANSWER_ECHO, DropReason.PING, null) : out.drop(DropReason.PING, null);
    }

    private static Verdict decideUnbound(Vip vip, Flow flow, PacketKind kind, Decision out) {
        if (flow.fragment() && vip.declares(flow.protocol())) {
            return out.drop(DropReason.AMBIGUOUS_FRAGMENT, null);
        }
        if (!vip.admits(flow)) {
            return out.drop(DropReason.SOURCE_RANGE, null);
        }
        return reject(vip, flow, kind, DropReason.UNDECLARED_PORT, null, out);
    }

    private static Verdict reject(
            Vip vip, Flow flow, PacketKind kind, DropReason reason, @Nullable BalancerTable balancer, Decision out) {
        if (!vip.reject() || flow.fragment() || kind != PacketKind.FLOW) {
            return out.drop(reason, balancer);
        }
        boolean tcp = flow.protocol() == Protocol.TCP.number();
        return out.answer(tcp ? Verdict.ANSWER_RESET : Verdict.ANSWER_UNREACHABLE, reason, balancer);
    }

    /** The first fragment is chosen by address like the others, but only it carries the port that delivery translates. */
    private void findPortOfFirstFragment(Packet packet, Decision out) {
        if (packet.lengthBytes() - packet.transportOffsetBytes() < TRANSPORT_PORTS_BYTES) {
            return;
        }
        Flow flow = packet.flow();
        int port = Short.toUnsignedInt(
                packet.memory().get(PORT, packet.offset() + packet.transportOffsetBytes() + Short.BYTES));
        Vip vip = vip(flow.family(), flow.destinationHigh(), flow.destinationLow());
        BoundPort bound = vip == null ? null : vip.find(flow.protocol(), port);
        BalancerTable balancer = out.balancer();
        if (bound != null && balancer != null) {
            out.forward(balancer, bound.port(), out.slot(), out.serverIndex());
        }
    }
}

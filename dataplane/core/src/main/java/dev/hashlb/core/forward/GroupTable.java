package dev.hashlb.core.forward;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.packet.RoutedPacket;
import dev.hashlb.core.route.RouterSelection;
import dev.hashlb.core.route.RouterSelections;
import dev.hashlb.core.route.RouterShare;
import dev.hashlb.core.route.ServiceEnd;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.RouterGroup;
import java.util.ArrayList;
import java.util.List;

/**
 * The groups of routers of a snapshot, compiled for look-ups: to which a packet belongs, and whether a router handles it. Immutable;
 * look-ups allocate nothing and go through the prefixes one by one.
 */
public final class GroupTable {
    /** What {@link #group} gives for a flow of no group. */
    public static final int NONE = -1;

    private final List<RouterGroup> groups;
    private final Cidr[] prefixes;
    /** By prefix. */
    private final int[] groupOf;

    private final Ingress[] ingress;
    private final ServiceEnd serviceEnd;

    GroupTable(List<RouterGroup> groups, ServiceEnd serviceEnd) {
        this.groups = groups;
        this.serviceEnd = serviceEnd;
        ingress = groups.stream().map(RouterGroup::ingress).toArray(Ingress[]::new);
        prefixes = destinations(groups).toArray(Cidr[]::new);
        groupOf = new int[prefixes.length];
        int at = 0;
        for (int group = 0; group < groups.size(); group++) {
            for (int i = 0; i < groups.get(group).destinations().size(); i++) {
                groupOf[at++] = group;
            }
        }
    }

    static List<Cidr> destinations(List<RouterGroup> groups) {
        List<Cidr> all = new ArrayList<>();
        groups.forEach(g -> all.addAll(g.destinations()));
        return all;
    }

    public boolean isEmpty() {
        return prefixes.length == 0;
    }

    public RouterGroup get(int group) {
        return groups.get(group);
    }

    /**
     * The group of a flow, the same for both directions: that of the end which lies in its destinations; if both ends lie in some, the group
     * that comes first.
     */
    public int group(Flow flow) {
        int source = find(flow.family(), flow.sourceHigh(), flow.sourceLow());
        int destination = find(flow.family(), flow.destinationHigh(), flow.destinationLow());
        if (source == NONE || destination == NONE) {
            return Math.max(source, destination);
        }
        return Math.min(source, destination);
    }

    private int find(Family family, long high, long low) {
        for (int i = 0; i < prefixes.length; i++) {
            if (prefixes[i].contains(family, high, low)) {
                return groupOf[i];
            }
        }
        return NONE;
    }

    /** The port that {@code SourceAndService} adds for a flow. */
    public int servicePort(Flow flow) {
        return serviceEnd.port(flow);
    }

    /** The router that handles a flow of a group, as an index into the list; {@link RouterSelection#NOBODY} if the list is empty. */
    public int router(int group, Flow flow, RouterSelections routers) {
        Ingress choice = ingress[group];
        return routers.by(choice.fields(), choice.table()).router(flow, serviceEnd.port(flow));
    }

    /**
     * What a router does with a packet that all routers received and that goes to no VIP.
     *
     * @param share what this router handles
     * @return {@link Verdict#ROUTE}, or {@link Verdict#DROP}: it is another router's, or of no group ({@link DropReason#NOT_A_VIP})
     */
    public Verdict decide(RoutedPacket packet, RouterShare share, Decision out) {
        Flow flow = packet.outer();
        int group = NONE;
        if (packet.quotes()) {
            flow = packet.quoted();
            group = group(flow);
        }
        if (group == NONE) {
            flow = packet.outer();
            group = group(flow);
        }
        if (group == NONE) {
            return out.drop(DropReason.NOT_A_VIP, null);
        }
        return share.contains(ingress[group], flow, serviceEnd.port(flow))
                ? out.route(group)
                : out.drop(DropReason.NOT_SELECTED, null);
    }
}

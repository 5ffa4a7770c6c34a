package dev.hashlb.core.select;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.TableKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * From a flow to a slot and from a slot to a server, for one balancer, family and generation. Immutable. One final class for both
 * tables, so that the packet path has no virtual call: {@code Modulo} is the table whose slot i belongs to the i-th server.
 */
public final class SelectionTable {
    /** Owners are stored in 16 bits each. */
    public static final int MAX_SERVERS = 1 << Character.SIZE;

    private final boolean fiveTuple;
    private final Modulus modulus;
    private final char[] owners;
    private final int servers;
    private final int listed;

    private SelectionTable(HashFields fields, char[] owners, int servers, int listed) {
        this.fiveTuple = fields == HashFields.FIVE_TUPLE;
        this.modulus = new Modulus(Math.max(1, owners.length));
        this.owners = owners;
        this.servers = servers;
        this.listed = listed;
    }

    /**
     * Computes the table of the servers of a family that take new flows at a generation. Takes milliseconds: not for a
     * packet thread.
     */
    public static SelectionTable of(Balancer balancer, Family family, long generation) {
        List<Contender> members = members(balancer, family, generation);
        HashSettings hash = balancer.hash();
        char[] owners = hash.table() == TableKind.MODULO || members.isEmpty()
                ? inOrder(members)
                : Rendezvous.owners(members, hash.buckets());
        return new SelectionTable(
                hash.fields(), owners, members.size(), balancer.servers().size());
    }

    private static List<Contender> members(Balancer balancer, Family family, long generation) {
        List<Server> all = balancer.servers();
        if (all.size() > MAX_SERVERS) {
            throw new IllegalArgumentException(
                    "balancer " + balancer.name() + " has " + all.size() + " servers, at most " + MAX_SERVERS);
        }
        List<Contender> members = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Server server = all.get(i);
            Optional<Interval> interval = server.intervalAt(generation);
            if (interval.isPresent() && server.families().contains(family)) {
                members.add(new Contender(
                        (char) i, server.identity(), interval.get().weight()));
            }
        }
        return members;
    }

    private static char[] inOrder(List<Contender> members) {
        char[] owners = new char[members.size()];
        for (int i = 0; i < owners.length; i++) {
            owners[i] = members.get(i).index();
        }
        return owners;
    }

    /** Whether no server takes new flows. */
    public boolean isEmpty() {
        return servers == 0;
    }

    /** How many servers take new flows. */
    public int n() {
        return servers;
    }

    /** The formula's N: servers under {@code Modulo}, buckets under {@code Stable}; 0 if the table is empty. */
    public int slots() {
        return owners.length;
    }

    /** The slot of a flow; the table must not be empty. */
    public int slot(Flow flow) {
        return slot(flow, flow.destinationPort());
    }

    /**
     * The slot of a flow under {@code SourceAndService} whose destination port stands elsewhere; the table must not be empty.
     *
     * @param destinationPort for a fragment, whose own ports are 0: the VIP's sole port for the protocol. {@code FiveTuple}
     *     ignores it, since it counts both ports or, for a fragment, none.
     */
    public int slot(Flow flow, int destinationPort) {
        long small = fiveTuple
                ? (long) flow.sourcePort() + flow.destinationPort() + flow.protocol()
                : (long) destinationPort;
        if (flow.family() == Family.IPV4) {
            return modulus.remainder(flow.sourceLow() + flow.destinationLow() + small);
        }
        return modulus.remainder(
                flow.sourceHigh(), flow.sourceLow(), flow.destinationHigh(), flow.destinationLow(), small);
    }

    /** The owner of a slot, as an index into the balancer's servers. */
    public int owner(int slot) {
        return owners[slot];
    }

    /** How many slots each of the balancer's servers owns; a new array. */
    public int[] slotsPerServer() {
        int[] counts = new int[listed];
        for (char owner : owners) {
            counts[owner]++;
        }
        return counts;
    }
}

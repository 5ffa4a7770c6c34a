package dev.hashlb.core.forward;

import dev.hashlb.core.select.SelectionTable;

/**
 * To which server a packet is offered, and who comes after it: what the tunnel's header says besides the flow, and how a host moves
 * it on along the owner chain; docs/wire-format.md. Mutable and reused: one per thread.
 *
 * <p>Wire id 0 is the server that the packet is offered to. With 0 hops, as a router sends it, that is the bucket's owner; later
 * the last wire id is. A host whose list is not older than the header's goes by its own list, which is not cut at four.
 */
public final class Offer {
    /** So often a packet is passed on at most. */
    public static final int MOST_HOPS = 16;

    private static final int WIRE_IDS = 4;

    private int generation;
    private int hops;
    private boolean deliver;
    private boolean reply;
    private final int[] wireIds = new int[WIRE_IDS];

    /** A router's offer: to the slot's owner, and after it the next three of the chain. */
    public void atRouter(BalancerTable balancer, SelectionTable table, int slot) {
        generation = (int) balancer.balancer().generation();
        hops = 0;
        deliver = false;
        reply = false;
        wireIds[0] = balancer.wireId(table.owner(slot));
        if (table.moved(slot)) {
            for (int i = 1; i < WIRE_IDS; i++) {
                wireIds[i] = balancer.chainWireId(table, slot, i);
            }
        } else {
            clearFrom(1);
        }
    }

    /** No server's: a reply on its way to its router. */
    public void toRouter() {
        reply = true;
        generation = 0;
        hops = 0;
        deliver = false;
        clearFrom(0);
    }

    /** What a tunnel header says. */
    public void received(
            int headerGeneration, int headerHops, boolean headerDeliver, int id0, int id1, int id2, int id3) {
        generation = headerGeneration;
        hops = headerHops;
        deliver = headerDeliver;
        reply = false;
        wireIds[0] = id0;
        wireIds[1] = id1;
        wireIds[2] = id2;
        wireIds[3] = id3;
    }

    /** The low 32 bits of the generation of the list by which the wire ids were chosen. */
    public int generation() {
        return generation;
    }

    /** How many servers it has been passed on from, 0 to 255. */
    public int hops() {
        return hops;
    }

    /** Whether it is delivered without asking. */
    public boolean deliver() {
        return deliver;
    }

    /** Whether it is a server's, on its way to its router. */
    public boolean reply() {
        return reply;
    }

    /** @param position 0 to 3; 0 names nobody */
    public int wireId(int position) {
        return wireIds[position];
    }

    /** How many generations this node's list is ahead of the one that the wire ids were chosen by; negative: behind. */
    public int ahead(BalancerTable own) {
        return (int) own.balancer().generation() - generation;
    }

    /**
     * Whether it must be known that a socket claims the packet before it is delivered: somebody else may.
     *
     * @param slot the packet's slot in this node's table, or -1 if that has no owners
     * @param server the server that it is offered to, as an index into this node's list, or -1 if that does not have it
     */
    public boolean asks(BalancerTable own, SelectionTable table, int slot, int server) {
        if (deliver || slot < 0 || !table.hasChains()) {
            return false;
        }
        if (ahead(own) < 0) {
            return hops > 0 || wireIds[1] != 0;
        }
        return table.moved(slot) || table.owner(slot) != server;
    }

    /** Nobody claims it at this server: on to the next, or with DELIVER to the owner where none is left. */
    public void unclaimed(BalancerTable own, SelectionTable table, int slot, int server) {
        if (ahead(own) >= 0) {
            int next = position(table, slot, server) + 1;
            boolean ends = next >= table.chainLength(slot) || !table.moved(slot);
            if (ends || hops + 1 >= MOST_HOPS) {
                deliverToOwner(own, table, slot);
                return;
            }
            hops++;
            generation = (int) own.balancer().generation();
            fill(own, table, slot, next);
            return;
        }
        if (wireIds[1] == 0 || hops + 1 >= MOST_HOPS) {
            deliverToOwner(own, table, slot);
            return;
        }
        shift();
        if (wireIds[1] == 0) { // the last of the chain is the owner again
            deliver = true;
        }
    }

    /** To the owner, who gets it without being asked: nobody claims it, or nobody more may be asked. */
    public void deliverToOwner(BalancerTable own, SelectionTable table, int slot) {
        int owner = wireIds[0];
        if (ahead(own) >= 0) {
            owner = own.wireId(table.owner(slot));
            generation = (int) own.balancer().generation();
        } else if (hops > 0) {
            for (int i = 1; i < WIRE_IDS && wireIds[i] != 0; i++) {
                owner = wireIds[i];
            }
        }
        hops++;
        deliver = true;
        only(owner);
    }

    /** A new connection, to the owner by this node's list, who is not asked. */
    public void redirectToOwner(BalancerTable own, SelectionTable table, int slot) {
        hops++;
        generation = (int) own.balancer().generation();
        only(own.wireId(table.owner(slot)));
    }

    /** Three of the chain at most, then the owner, who is the end for a host that goes by the header. */
    private void fill(BalancerTable own, SelectionTable table, int slot, int from) {
        int count = Math.min(WIRE_IDS - 1, table.chainLength(slot) - from);
        for (int i = 0; i < count; i++) {
            wireIds[i] = own.chainWireId(table, slot, from + i);
        }
        wireIds[count] = own.wireId(table.owner(slot));
        clearFrom(count + 1);
    }

    /** The next becomes the first; a router's first, the owner, becomes the last. */
    private void shift() {
        int first = wireIds[0];
        System.arraycopy(wireIds, 1, wireIds, 0, WIRE_IDS - 1);
        wireIds[WIRE_IDS - 1] = 0;
        if (hops == 0) {
            int end = 0;
            while (wireIds[end] != 0) {
                end++;
            }
            wireIds[end] = first;
        }
        hops++;
    }

    private void only(int wireId) {
        wireIds[0] = wireId;
        clearFrom(1);
    }

    private void clearFrom(int position) {
        for (int i = position; i < WIRE_IDS; i++) {
            wireIds[i] = 0;
        }
    }

    private static int position(SelectionTable table, int slot, int server) {
        for (int i = 0; i < table.chainLength(slot); i++) {
            if (table.chain(slot, i) == server) {
                return i;
            }
        }
        return -1;
    }
}

package dev.hashlb.core.forward;

import dev.hashlb.core.address.Family;
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
    /**
     * Where a node that is behind has come to the header's end, so many of its own chain are asked again: the two lists' chains have
     * the same servers in an order that differs by a few places.
     */
    private static final int OVERLAP = 4;

    private int generation;
    private int hops;
    private boolean deliver;
    private boolean reply;
    private final int[] wireIds = new int[WIRE_IDS];

    /** A router's offer: to the slot's owner, and after it the next three of the chain. */
    public void atRouter(BalancerTable balancer, Family family, int slot) {
        ServerList list = balancer.list();
        generation = list.generation();
        hops = 0;
        deliver = false;
        reply = false;
        wireIds[0] = list.ownerWireId(family, slot);
        if (list.table(family).moved(slot)) {
            for (int i = 1; i < WIRE_IDS; i++) {
                wireIds[i] = list.chainWireId(family, slot, i);
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
        return own.list().generation() - generation;
    }

    /**
     * Whether it must be known that a socket claims the packet before it is delivered: somebody else may.
     *
     * @param slot the packet's slot in this node's table, or -1 if that has no owners
     * @param server the server that it is offered to, as an index into this node's list, or -1 if that does not have it
     */
    public boolean asks(BalancerTable own, Family family, int slot, int server) {
        SelectionTable table = own.table(family);
        if (deliver || slot < 0 || !table.hasChains()) {
            return false;
        }
        if (ahead(own) < 0) {
            return hops > 0 || wireIds[1] != 0;
        }
        return table.moved(slot) || table.owner(slot) != server;
    }

    /**
     * Nobody claims it at this server: on to the next, or with DELIVER to the owner where none is left.
     *
     * <p>The way keeps to the list that it began by, for an owner that one list has before a server and another behind it would be missed.
     * A node that does not have that list yet goes by the header, and then by its own list.
     */
    public void unclaimed(BalancerTable own, Family family, int slot) {
        ServerList list = own.list(generation);
        boolean goesOn;
        if (hops + 1 >= MOST_HOPS) {
            goesOn = false;
        } else if (list != null) {
            goesOn = goOn(own, list, family, slot, list.positionAfter(family, slot, wireIds[0]));
        } else if (ahead(own) > 0) {
            goesOn = goOn(own, own.list(), family, slot, 0);
        } else {
            goesOn = shift() || goOn(own, own.list(), family, slot, Math.max(0, hops + 1 - OVERLAP));
        }
        if (!goesOn) {
            deliverToOwner(own, family, slot);
        }
    }

    /** To the owner, who gets it without being asked: nobody claims it, or nobody more may be asked. */
    public void deliverToOwner(BalancerTable own, Family family, int slot) {
        only(newestOwner(own, family, slot));
        hops++;
        deliver = true;
        generation = newer(own);
    }

    /** A new connection, to the owner by this node's list, who is not asked. */
    public void redirectToOwner(BalancerTable own, Family family, int slot) {
        hops++;
        generation = own.list().generation();
        only(own.list().ownerWireId(family, slot));
    }

    /** The owner by the newest list that a node on the way had: it is the last wire id of what was passed on. */
    private int newestOwner(BalancerTable own, Family family, int slot) {
        int ahead = ahead(own);
        if (ahead > 0 || (ahead == 0 && hops == 0)) {
            return own.list().ownerWireId(family, slot);
        }
        int owner = wireIds[0];
        for (int i = 1; hops > 0 && i < WIRE_IDS && wireIds[i] != 0; i++) {
            owner = wireIds[i];
        }
        return owner;
    }

    private int newer(BalancerTable own) {
        return ahead(own) > 0 ? own.list().generation() : generation;
    }

    /**
     * To the next in a list's chain that this node's list still has.
     *
     * @return false if there is none; then nothing has changed
     */
    private boolean goOn(BalancerTable own, ServerList list, Family family, int slot, int from) {
        if (!list.table(family).moved(slot)) {
            return false;
        }
        int next = from;
        int wireId = list.chainWireId(family, slot, next);
        while (wireId != 0 && (wireId == wireIds[0] || own.serverByWireId(wireId) < 0)) {
            wireId = list.chainWireId(family, slot, ++next);
        }
        if (wireId == 0) {
            return false;
        }
        fill(list, family, slot, next, newestOwner(own, family, slot));
        generation = list.generation();
        hops++;
        return true;
    }

    /** Three of the chain at most, then the owner, who is the end for a host that goes by the header. */
    private void fill(ServerList list, Family family, int slot, int from, int owner) {
        int count = 0;
        for (; count < WIRE_IDS - 1; count++) {
            int wireId = list.chainWireId(family, slot, from + count);
            if (wireId == 0) {
                break;
            }
            wireIds[count] = wireId;
        }
        wireIds[count] = owner;
        clearFrom(count + 1);
    }

    /**
     * To the header's next, which becomes its first; a router's first, the owner, becomes the last.
     *
     * @return false if only the owner is left; then nothing has changed
     */
    private boolean shift() {
        boolean last = hops == 0 ? wireIds[1] == 0 : wireIds[2] == 0;
        if (last) {
            return false;
        }
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
        return true;
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
}

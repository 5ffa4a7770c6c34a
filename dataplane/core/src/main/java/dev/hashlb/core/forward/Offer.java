package dev.hashlb.core.forward;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.select.SelectionTable;
import dev.hashlb.core.tunnel.TunnelHeader;

/**
 * To which server a packet is offered, and who comes after it: what the tunnel's header says besides the flow, and how a host moves
 * it on along the owner chain; docs/wire-format.md. Mutable and reused: one per thread.
 *
 * <p>Wire id 0 is the server that the packet is offered to. With 0 hops, as a router sends it, that is the bucket's owner; later
 * the last wire id is, or, if a server on the way has a weak claim, that server's. A host whose list is not older than the
 * header's goes by its own list, which is not cut at four.
 */
public final class Offer {
    /**
     * So often a packet is passed on at most. Long chains have some ten servers; but who has a newer list than all before him begins its chain anew,
     * and lists may change several times while a packet waits on its way.
     */
    public static final int MOST_HOPS = 64;

    /** Of a chain, in a header that ends with the end. */
    private static final int MOST_OF_A_CHAIN = 3;

    private static final int MOST_LEAD = 0xff;
    /**
     * Where a node that is behind has come to the header's end, so many of its own chain are asked again: the two lists' chains have
     * the same servers in an order that differs by a few places.
     */
    private static final int OVERLAP = 4;

    private int generation;
    private int hops;
    private boolean deliver;
    private boolean reply;
    private final WireIds wireIds = new WireIds();
    /** The generation of the newest list that a node on the way had: the end is the owner by that. */
    private int endGeneration;
    /** A server on the way has a weak claim, and so is the end. */
    private boolean weakClaim;

    /** A router's offer: to the slot's owner, and after it the next three of the chain. */
    public void atRouter(BalancerTable balancer, Family family, int slot) {
        ServerList list = balancer.list();
        generation = list.generation();
        endGeneration = generation;
        hops = 0;
        deliver = false;
        reply = false;
        weakClaim = false;
        int owner = list.ownerWireId(family, slot);
        if (list.table(family).moved(slot)) {
            wireIds.set(
                    owner,
                    list.chainWireId(family, slot, 1),
                    list.chainWireId(family, slot, 2),
                    list.chainWireId(family, slot, 3));
        } else {
            wireIds.setOnly(owner);
        }
    }

    /** No server's: a reply on its way to its router. */
    public void toRouter() {
        reply = true;
        generation = 0;
        endGeneration = 0;
        hops = 0;
        deliver = false;
        weakClaim = false;
        wireIds.setOnly(0);
    }

    /** What a tunnel header says that is no reply's. */
    public void received(
            int headerGeneration, int headerHops, int flags, int lead, int id0, int id1, int id2, int id3) {
        generation = headerGeneration;
        endGeneration = headerGeneration + lead;
        hops = headerHops;
        deliver = (flags & TunnelHeader.FLAG_DELIVER) != 0;
        reply = false;
        wireIds.set(id0, id1, id2, id3);
        weakClaim = (flags & TunnelHeader.FLAG_WEAK_CLAIM) != 0;
    }

    /** The low 32 bits of the generation of the list by which the wire ids were chosen. */
    public int generation() {
        return generation;
    }

    /** How many generations the list by which the last wire id is the owner is ahead of that, 0 to 255. */
    public int lead() {
        return Math.min(endGeneration - generation, MOST_LEAD);
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

    /** What the tunnel's header says of it: those of {@link TunnelHeader}'s flags that are not the packet's. */
    public int flags() {
        int weak = weakClaim && !deliver ? TunnelHeader.FLAG_WEAK_CLAIM : 0;
        return weak | (deliver ? TunnelHeader.FLAG_DELIVER : 0) | (reply ? TunnelHeader.FLAG_REPLY : 0);
    }

    /** @param position 0 to 3; 0 names nobody */
    public int wireId(int position) {
        return wireIds.get(position);
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
        if (aheadOfEnd(own) < 0) {
            return hops > 0 || wireIds.size() > 1;
        }
        return table.moved(slot) || table.owner(slot) != server;
    }

    /**
     * The server that it is offered to claims it weakly: its socket of the flow is in TIME_WAIT, or half-open for long. The client may have a connection
     * from the same port with somebody else in the chain; if nobody there claims the packet, it is this server's after all. Of several weak claims
     * the first on the way counts, which is the latest owner's.
     */
    public void weaklyClaimed() {
        if (!weakClaim && hops > 0) { // a router's first becomes the last anyway
            wireIds.setLast(wireIds.get(0));
        }
        weakClaim = true;
    }

    /** Whether a server on the way has a weak claim. */
    public boolean isWeaklyClaimed() {
        return weakClaim;
    }

    /**
     * Nobody claims it at this server: on to the next, or with DELIVER to the end of the way where none is left.
     *
     * <p>The way keeps to the list that it began by, for an owner that one list has before a server and another behind it would be missed.
     * A node that does not have that list yet goes by the header, and then by its own list.
     *
     * @return false if it was passed on {@link #MOST_HOPS} times: it is to be dropped, for whoever has its connection may not have been asked
     */
    public boolean unclaimed(BalancerTable own, Family family, int slot) {
        if (hops + 1 >= MOST_HOPS) {
            return false;
        }
        ServerList list = own.list(generation);
        boolean goesOn;
        if (list != null && !passesOver(own)) {
            goesOn = goOn(own, list, family, slot, list.positionAfter(family, slot, wireIds.get(0)));
        } else if (ahead(own) > 0) {
            goesOn = goOn(own, own.list(), family, slot, 0);
        } else {
            goesOn = shift() || goOn(own, own.list(), family, slot, resumption(own, family, slot));
        }
        if (!goesOn) {
            deliverToEnd(own, family, slot);
        }
        return true;
    }

    /** Where in its own chain a node that is behind goes on behind the header: the hops are more where a way has begun anew. */
    private int resumption(BalancerTable own, Family family, int slot) {
        int after = own.list().positionAfter(family, slot, wireIds.get(0));
        return Math.max(0, Math.min(hops + 1, after) - OVERLAP);
    }

    /**
     * Whether owners by lists between the way's and this node's would be left out: the way asks those of its own list, and the owner by the newest
     * in the end.
     */
    private boolean passesOver(BalancerTable own) {
        int ahead = aheadOfEnd(own);
        return ahead > 1 || (ahead > 0 && endGeneration != generation);
    }

    /** To the owner or to who has a weak claim, unasked: nobody else claims it, or nobody more may be asked. */
    public void deliverToEnd(BalancerTable own, Family family, int slot) {
        wireIds.setOnly(chooseEnd(own, family, slot));
        hops++;
        deliver = true;
        generation = endGeneration;
    }

    /** A new connection, to the owner by this node's list, who is not asked. */
    public void redirectToOwner(BalancerTable own, Family family, int slot) {
        hops++;
        generation = own.list().generation();
        endGeneration = generation;
        wireIds.setOnly(own.list().ownerWireId(family, slot));
    }

    /**
     * Who gets it in the end: who has a weak claim, else the owner by the newest list that a node on the way had, this one included. That
     * is the last wire id of what was passed on.
     */
    private int chooseEnd(BalancerTable own, Family family, int slot) {
        int ahead = aheadOfEnd(own);
        endGeneration += Math.max(0, ahead);
        if (!weakClaim && (ahead > 0 || (ahead == 0 && hops == 0))) {
            return own.list().ownerWireId(family, slot);
        }
        return hops > 0 ? wireIds.last() : wireIds.get(0);
    }

    private int aheadOfEnd(BalancerTable own) {
        return own.list().generation() - endGeneration;
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
        while (wireId != 0 && (wireId == wireIds.get(0) || own.serverByWireId(wireId) < 0)) {
            wireId = list.chainWireId(family, slot, ++next);
        }
        if (wireId == 0) {
            return false;
        }
        fill(list, family, slot, next, chooseEnd(own, family, slot));
        generation = list.generation();
        hops++;
        return true;
    }

    /** Three of the chain at most, then the end for a host that goes by the header. There is one at the first position. */
    private void fill(ServerList list, Family family, int slot, int from, int end) {
        wireIds.setOnly(list.chainWireId(family, slot, from));
        for (int i = 1; i < MOST_OF_A_CHAIN; i++) {
            int wireId = list.chainWireId(family, slot, from + i);
            if (wireId == 0) {
                break;
            }
            wireIds.add(wireId);
        }
        wireIds.add(end);
    }

    /**
     * To the header's next, which becomes its first; a router's first, the owner, becomes the last.
     *
     * @return false if only the end is left; then nothing has changed
     */
    private boolean shift() {
        if (wireIds.size() <= (hops == 0 ? 1 : 2)) {
            return false;
        }
        int first = wireIds.get(0);
        wireIds.removeFirst();
        if (hops == 0) {
            wireIds.add(first);
        }
        hops++;
        return true;
    }
}

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

    private static final int MOST_LEAD = 0xff;
    /**
     * Where a node that is behind has come to the header's end, so many of its own chain are asked again: the two lists' chains have
     * the same servers in an order that differs by a few places.
     */
    private static final int OVERLAP = 4;

    private int generation;
    private int hops;
    /** Those of {@link TunnelHeader}'s flags that are not the packet's. */
    private int flags;

    private final WireIds wireIds = new WireIds();
    /** The generation of the newest list that a node on the way had: the end is the owner by that. */
    private int endGeneration;

    /** A router's offer: to the slot's owner, and after it the next three of the chain. */
    public void atRouter(BalancerTable balancer, Family family, int slot) {
        ServerList list = balancer.list();
        generation = list.generation();
        endGeneration = generation;
        hops = 0;
        flags = 0;
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

    /**
     * After {@link #atRouter}, where the owner's node is not heard: to the first of the chain whose node is.
     *
     * @return whether there is one; else nothing has changed
     */
    public boolean passOverOwner(BalancerTable own, UnheardNodes unheard, Family family, int slot) {
        boolean passes = goOn(own, unheard, own.list(), family, slot, 1);
        flags = passes ? TunnelHeader.FLAG_PASSED_OVER : 0;
        return passes;
    }

    /** No server's: a reply on its way to its router. */
    public void toRouter() {
        flags = TunnelHeader.FLAG_REPLY;
        generation = 0;
        endGeneration = 0;
        hops = 0;
        wireIds.setOnly(0);
    }

    /** What a tunnel header says that is no reply's. */
    public void received(
            int headerGeneration, int headerHops, int headerFlags, int lead, int id0, int id1, int id2, int id3) {
        generation = headerGeneration;
        endGeneration = headerGeneration + lead;
        hops = headerHops;
        flags = headerFlags & ~(TunnelHeader.FLAG_CSUM_PARTIAL | TunnelHeader.FLAG_REPLY);
        wireIds.set(id0, id1, id2, id3);
    }

    /** The low 32 bits of the generation of the list by which the wire ids were chosen. */
    public int generation() {
        return generation;
    }

    /** How many generations the list by which the last wire id is the owner is ahead of that, 0 to 255. */
    public int lead() {
        return Math.min(endGeneration - generation, MOST_LEAD);
    }

    /** How many servers it has been passed on from, or passed over by its router, 0 to 255. */
    public int hops() {
        return hops;
    }

    /** Whether it is delivered without asking. */
    public boolean deliver() {
        return has(TunnelHeader.FLAG_DELIVER);
    }

    /** Whether it is a server's, on its way to its router. */
    public boolean reply() {
        return has(TunnelHeader.FLAG_REPLY);
    }

    /** What the tunnel's header says of it: those of {@link TunnelHeader}'s flags that are not the packet's. */
    public int flags() {
        return deliver() ? TunnelHeader.FLAG_DELIVER : flags;
    }

    private boolean has(int flag) {
        return (flags & flag) != 0;
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
        if (deliver() || slot < 0 || !table.hasChains()) {
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
     * the first on the way counts, which is the latest owner's. None counts where a node before had a newer list than the way goes by, or this one is
     * behind: it would take the place of the owner by the newest list, whom nobody may ask then.
     */
    public void weaklyClaimed(BalancerTable own) {
        if (aheadOfEnd(own) < 0 || endGeneration != generation) {
            return;
        }
        if (!isWeaklyClaimed() && hops > 0) { // a router's first becomes the last anyway
            wireIds.setLast(wireIds.get(0));
        }
        flags |= TunnelHeader.FLAG_WEAK_CLAIM;
    }

    /** Whether a server on the way has a weak claim. */
    public boolean isWeaklyClaimed() {
        return has(TunnelHeader.FLAG_WEAK_CLAIM);
    }

    /**
     * Nobody claims it at this server: on to the next, or with DELIVER to the end of the way where none is left.
     *
     * <p>The way keeps to the list that it began by, for an owner that one list has before a server and another behind it would be missed.
     * A node that does not have that list yet goes by the header, and then by its own list.
     *
     * <p>Servers on nodes that this one does not hear are passed over. Such a node may live all the same, so where nobody else claims a packet of TCP
     * all are asked once more, those among them. A datagram may be the first of its flow, and would end at a node that died.
     *
     * @param unheard the nodes that this one does not hear
     * @param tcp whether the packet is of an open TCP connection
     * @return false if it was passed on {@link #MOST_HOPS} times: it is to be dropped, for whoever has its connection may not have been asked
     */
    public boolean unclaimed(BalancerTable own, UnheardNodes unheard, Family family, int slot, boolean tcp) {
        if (hops + 1 >= MOST_HOPS) {
            return false;
        }
        UnheardNodes passed = has(TunnelHeader.FLAG_SECOND_ROUND) ? UnheardNodes.NONE : unheard;
        if (!goOn(own, passed, family, slot) && !(tcp && beginSecondRound(own, family, slot))) {
            deliverToEnd(own, family, slot);
        }
        return true;
    }

    private boolean goOn(BalancerTable own, UnheardNodes unheard, Family family, int slot) {
        ServerList list = own.list(generation);
        if (list != null && !leavesOwnersOut(own)) {
            return goOn(own, unheard, list, family, slot, list.positionAfter(family, slot, wireIds.get(0)));
        }
        if (ahead(own) > 0) {
            return goOn(own, unheard, own.list(), family, slot, 0);
        }
        return shift() || goOn(own, UnheardNodes.NONE, own.list(), family, slot, resumption(own, family, slot));
    }

    /**
     * Not for who has a weak claim: on a node that died, its packets would end. A node that is behind does not know everybody, the owner by the
     * newest list most likely does.
     */
    private boolean beginSecondRound(BalancerTable own, Family family, int slot) {
        if (!has(TunnelHeader.FLAG_PASSED_OVER) || isWeaklyClaimed()) {
            return false;
        }
        flags = TunnelHeader.FLAG_SECOND_ROUND;
        if (aheadOfEnd(own) < 0) {
            wireIds.setOnly(chooseEnd(own, family, slot));
            generation = endGeneration;
            hops++;
            return true;
        }
        return goOn(own, UnheardNodes.NONE, own.list(), family, slot, 0);
    }

    /** Where in its own chain a node that is behind goes on behind the header: the hops are more where a way has begun anew. */
    private int resumption(BalancerTable own, Family family, int slot) {
        int after = own.list().positionAfter(family, slot, wireIds.get(0));
        return Math.max(0, Math.min(hops + 1, after) - OVERLAP);
    }

    /**
     * Whether owners by lists between the way's and this node's would be left out: the way asks those of its own list, and the owner by the newest
     * in the end, unless that is who has a weak claim.
     */
    private boolean leavesOwnersOut(BalancerTable own) {
        int ahead = aheadOfEnd(own);
        return ahead > 1 || (ahead > 0 && (endGeneration != generation || isWeaklyClaimed()));
    }

    /** To the owner or to who has a weak claim, unasked: nobody else claims it, or nobody more may be asked. */
    public void deliverToEnd(BalancerTable own, Family family, int slot) {
        wireIds.setOnly(chooseEnd(own, family, slot));
        hops++;
        flags |= TunnelHeader.FLAG_DELIVER;
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
        if (!isWeaklyClaimed() && (ahead > 0 || (ahead == 0 && hops == 0))) {
            return own.list().ownerWireId(family, slot);
        }
        return hops > 0 ? wireIds.last() : wireIds.get(0);
    }

    private int aheadOfEnd(BalancerTable own) {
        return own.list().generation() - endGeneration;
    }

    /**
     * To the next in a list's chain that this node's list still has, and whose node is heard.
     *
     * @return false if there is none; then nothing has changed, but that somebody may have been passed over
     */
    private boolean goOn(BalancerTable own, UnheardNodes unheard, ServerList list, Family family, int slot, int from) {
        if (!list.table(family).moved(slot)) {
            return false;
        }
        int next = from;
        int wireId = list.chainWireId(family, slot, next);
        while (wireId != 0 && passesOver(own, unheard, wireId)) {
            wireId = list.chainWireId(family, slot, ++next);
        }
        if (wireId == 0) {
            return false;
        }
        wireIds.setChain(list, family, slot, next, chooseEnd(own, family, slot));
        generation = list.generation();
        hops++;
        return true;
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

    /** Who has just been asked, who is on the list no more, and whose node is not heard. */
    private boolean passesOver(BalancerTable own, UnheardNodes unheard, int wireId) {
        int server = own.serverByWireId(wireId);
        if (server < 0 || wireId == wireIds.get(0)) {
            return true;
        }
        boolean isUnheard = unheard.contains(own.nodeIndex(server));
        if (isUnheard) {
            flags |= TunnelHeader.FLAG_PASSED_OVER;
        }
        return isUnheard;
    }
}

package dev.hashlb.core.forward;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.select.BalancerTables;
import dev.hashlb.core.select.Identity;
import dev.hashlb.core.select.SelectionTable;
import dev.hashlb.core.snapshot.Balancer;

/** A balancer's servers as of one generation, compiled: whom a slot belongs to and belonged to, by wire ids. Immutable. */
public final class ServerList {
    private final BalancerTables tables;
    private final int[] wireIds;
    private final WireIdMap serversByWireId;

    private ServerList(BalancerTables tables) {
        this.tables = tables;
        wireIds = tables.balancer().servers().stream()
                .mapToInt(s -> Identity.wireId(s.identity()))
                .toArray();
        serversByWireId = new WireIdMap(wireIds);
    }

    static ServerList of(Balancer balancer) {
        return new ServerList(BalancerTables.of(balancer));
    }

    /** The same as {@link #of}, computed from this one where that is quicker; this one itself if nothing differs. */
    ServerList next(Balancer newer) {
        BalancerTables next = tables.next(newer);
        return next == tables ? this : new ServerList(next);
    }

    /** Whether a slot means the same to both. */
    boolean comparableWith(Balancer other) {
        return tables.balancer().hash().equals(other.hash());
    }

    /** The low 32 bits, which are on the wire. */
    int generation() {
        return (int) tables.balancer().generation();
    }

    SelectionTable table(Family family) {
        return tables.of(family);
    }

    BalancerTables tables() {
        return tables;
    }

    int wireId(int serverIndex) {
        return wireIds[serverIndex];
    }

    /** The wire id of a slot's owner; the slot's table has owners. */
    int ownerWireId(Family family, int slot) {
        return wireIds[table(family).owner(slot)];
    }

    /**
     * The wire id at a position of a slot's owner chain, 0 where the chain has ended.
     *
     * @param position 0 for the owner
     */
    int chainWireId(Family family, int slot, int position) {
        SelectionTable table = table(family);
        return position < table.chainLength(slot) ? wireIds[table.chain(slot, position)] : 0;
    }

    /** The position in a slot's owner chain of the server after this one: 0 if this one is not in it. */
    int positionAfter(Family family, int slot, int wireId) {
        int length = table(family).chainLength(slot);
        for (int i = 0; i < length; i++) {
            if (chainWireId(family, slot, i) == wireId) {
                return i + 1;
            }
        }
        return 0;
    }

    /** The index of the server that a wire id names, or -1. */
    int serverByWireId(int wireId) {
        return serversByWireId.find(wireId);
    }
}

package dev.hashlb.core.route;

import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.select.Formula;
import dev.hashlb.core.snapshot.HashFields;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** From a flow to a router, by one formula and one table, for one list of routers. Immutable. */
public final class RouterSelection {
    /** The number of buckets of {@code Stable}. */
    public static final int BUCKETS = 16381;

    /** What {@link #router} gives where the list is empty. */
    public static final int NOBODY = -1;

    private final Formula formula;
    private final int slots;
    private final boolean empty;
    /** Null for {@code Modulo}, whose slot is the router's index. */
    private final char @Nullable [] owners;

    private RouterSelection(HashFields fields, int slots, boolean empty, char @Nullable [] owners) {
        this.formula = new Formula(fields, slots);
        this.slots = slots;
        this.empty = empty;
        this.owners = owners;
    }

    static RouterSelection modulo(HashFields fields, RouterList list) {
        return new RouterSelection(fields, Math.max(1, list.size()), list.size() == 0, null);
    }

    /** @param owners of each bucket, as an index into the list */
    static RouterSelection stable(HashFields fields, RouterList list, char[] owners) {
        return new RouterSelection(fields, BUCKETS, list.size() == 0, owners);
    }

    /**
     * The router that handles a packet, as an index into the list, or {@link #NOBODY}.
     *
     * @param flow turned either way
     * @param servicePort the flow's port at the service's end; 0 for a fragment and for what has no ports
     */
    public int router(Flow flow, int servicePort) {
        if (empty) {
            return NOBODY;
        }
        int slot = formula.slot(flow, servicePort);
        return owner(slot);
    }

    private int owner(int slot) {
        return owners == null ? slot : owners[slot];
    }

    /** The slots of one router, by its index in the list; none for {@link #NOBODY}. A new set. */
    public BitSet slotsOf(int router) {
        BitSet own = new BitSet(slots);
        for (int slot = 0; slot < slots && !empty; slot++) {
            own.set(slot, owner(slot) == router);
        }
        return own;
    }
}

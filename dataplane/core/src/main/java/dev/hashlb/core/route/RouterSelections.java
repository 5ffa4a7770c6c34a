package dev.hashlb.core.route;

import dev.hashlb.core.select.Contest;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.TableKind;

/** Every way to choose from one list of routers; balancers share them. Immutable. */
public final class RouterSelections {
    private final RouterList list;
    private final RouterSelection moduloByFiveTuple;
    private final RouterSelection moduloByService;
    private final RouterSelection stableByFiveTuple;
    private final RouterSelection stableByService;

    private RouterSelections(RouterList list) {
        this.list = list;
        char[] owners = list.size() == 0
                ? new char[0]
                : new Contest(list.routers().stream().map(Node::name).toList()).owners(RouterSelection.BUCKETS);
        moduloByFiveTuple = RouterSelection.modulo(HashFields.FIVE_TUPLE, list);
        moduloByService = RouterSelection.modulo(HashFields.SOURCE_AND_SERVICE, list);
        stableByFiveTuple = RouterSelection.stable(HashFields.FIVE_TUPLE, list, owners);
        stableByService = RouterSelection.stable(HashFields.SOURCE_AND_SERVICE, list, owners);
    }

    /** Takes a score for each bucket and router, some milliseconds for many: not for a packet thread. */
    public static RouterSelections of(RouterList list) {
        return new RouterSelections(list);
    }

    public RouterList list() {
        return list;
    }

    public RouterSelection by(HashFields fields, TableKind table) {
        boolean fiveTuple = fields == HashFields.FIVE_TUPLE;
        return switch (table) {
            case MODULO -> fiveTuple ? moduloByFiveTuple : moduloByService;
            case STABLE -> fiveTuple ? stableByFiveTuple : stableByService;
        };
    }
}

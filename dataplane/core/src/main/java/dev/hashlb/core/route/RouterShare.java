package dev.hashlb.core.route;

import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.Ingress;
import org.jspecify.annotations.Nullable;

/** The packets that one router handles of those that all routers receive. Immutable; allocates nothing once built. */
public final class RouterShare {
    private static final int ABSENT = -1;

    private final RouterSelections now;
    private final int index;
    private final @Nullable RouterSelections before;
    private final int indexBefore;

    /** @param router the router's name; it handles nothing if it is not in the list */
    public RouterShare(LiveRouters routers, String router) {
        now = routers.now();
        index = now.list().indexOf(router);
        before = routers.before();
        indexBefore = before == null ? ABSENT : before.list().indexOf(router);
    }

    /**
     * Whether the router handles a packet.
     *
     * @param ingress how the packet's balancer chooses
     * @param servicePort as for {@link RouterSelection#router}
     */
    public boolean contains(Ingress ingress, Flow flow, int servicePort) {
        return index != ABSENT
                && names(now, index, ingress, flow, servicePort)
                && (before == null
                        || (indexBefore != ABSENT && names(before, indexBefore, ingress, flow, servicePort)));
    }

    private static boolean names(RouterSelections selections, int router, Ingress ingress, Flow flow, int servicePort) {
        return selections.by(ingress.fields(), ingress.table()).router(flow, servicePort) == router;
    }
}

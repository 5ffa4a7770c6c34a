package dev.hashlb.agent.run;

import dev.hashlb.core.route.RouterList;

/** Is told by {@link Presence} which nodes live, on that object's own thread; may wait. */
interface LifeWatch {
    /**
     * Which do, from now on; without it all that the snapshot has do. What this router gains by the change it takes after {@link #agreed},
     * or after 300 ms; what it loses it leaves at once.
     */
    void live(RouterList list);

    /** All routers that live have the same list. */
    void agreed();

    /** Peers are heard that were not, or the reverse. */
    void peersChanged();
}

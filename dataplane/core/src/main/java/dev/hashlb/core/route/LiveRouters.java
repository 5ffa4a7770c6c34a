package dev.hashlb.core.route;

import org.jspecify.annotations.Nullable;

/**
 * The list of routers that holds now, and the one before it for as long as its routers may still be handling what is no longer theirs.
 * Immutable.
 *
 * @param now by which routers are named
 * @param before null once the change is known to everybody
 */
public record LiveRouters(RouterSelections now, @Nullable RouterSelections before) {
    public static final LiveRouters NONE = of(RouterList.EMPTY);

    /** A list that nobody has to agree on first. */
    public static LiveRouters of(RouterList list) {
        return new LiveRouters(RouterSelections.of(list), null);
    }

    /**
     * The list changes. Until {@link #settled} a router handles only what is its own by both lists: rather a short gap than two routers that
     * handle one packet. Of several changes on end only what a router always had remains.
     */
    public LiveRouters next(RouterList list) {
        if (list.equals(now.list())) {
            return this;
        }
        return new LiveRouters(RouterSelections.of(list), before == null ? now : before);
    }

    /** Everybody has the list. */
    public LiveRouters settled() {
        return new LiveRouters(now, null);
    }
}

package dev.hashlb.operator.cluster;

import dev.hashlb.operator.push.SnapshotFeed;

/** The push, as whoever leads needs it. */
public interface DataPlanes extends SnapshotFeed {
    /**
     * Begins to serve data planes. Blocks.
     *
     * @throws RuntimeException if the API server does not let it: to be tried again
     */
    void lead();

    /** Ends all streams and refuses new ones. */
    void resign();
}

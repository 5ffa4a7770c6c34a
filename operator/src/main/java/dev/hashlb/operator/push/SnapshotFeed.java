package dev.hashlb.operator.push;

import dev.hashlb.core.snapshot.Snapshot;

/** Where the planner hands over what all data planes should have. Safe for any thread. */
public interface SnapshotFeed {
    /**
     * Makes this the newest snapshot. What comes within a few milliseconds is gathered, the latest wins, and what has not
     * changed is not sent. Does not wait for any data plane.
     *
     * @param snapshot balancers and nodes by name. Its {@code version} and {@code keys} are not looked at: versions are
     *     given here, keys come from the rotation of tunnel keys.
     * @return the version under which it goes out; the one before if it says the same and no node
     *     has told of a greater one meanwhile. A node that has
     *     acknowledged this version or any greater one has it, for a version may be overtaken and never be sent itself.
     */
    long publish(Snapshot snapshot);
}

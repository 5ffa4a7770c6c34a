package dev.hashlb.agent.control;

import dev.hashlb.core.snapshot.Snapshot;
import java.io.IOException;
import java.util.Map;

/** What forwards packets by the snapshots that {@link ControlledNode} accepts. */
interface Forwarder extends AutoCloseable {
    /**
     * Forwards by a snapshot from now on, whole or not at all.
     *
     * @param snapshot names this node
     * @throws IOException what the system refused; the old snapshot then stays
     */
    void apply(Snapshot snapshot) throws IOException;

    /** Why a server of this node cannot be served now, by its identity; for those that cannot. */
    Map<String, String> problems();

    @Override
    void close() throws IOException;
}

package dev.hashlb.agent.control;

import dev.hashlb.core.snapshot.Snapshot;
import java.io.IOException;
import java.util.Map;

/** What forwards packets by the snapshots that {@link ControlledNode} accepts. */
interface Forwarder extends AutoCloseable {
    /** Where a snapshot comes from. */
    enum Origin {
        /** The operator, who knows which addresses pods have now. */
        OPERATOR,
        /** The state folder. The node may have been started anew since, which gives pods each other's addresses. */
        DISK
    }

    /**
     * Forwards by a snapshot from now on, whole or not at all.
     *
     * @param snapshot names this node
     * @param origin where it comes from
     * @throws IOException what the system refused; the old snapshot then stays
     */
    void apply(Snapshot snapshot, Origin origin) throws IOException;

    /** Why a server of this node cannot be served now, by its identity; for those that cannot. */
    Map<String, String> problems();

    @Override
    void close() throws IOException;
}

package dev.hashlb.operator.push;

/**
 * What data planes tell, for whoever plans and writes status. Called on the push thread, one call at a time and in order for
 * each node: must not block. What an implementation throws is logged and counted and hits nobody else.
 */
public interface NodeReports {
    /**
     * A data plane's stream is up and its caller is known to be this node. May follow without a {@link #disconnected}. A node that tells of
     * a version above all that were given waits for the next {@link SnapshotFeed#publish}, so there must be one, with the same content too.
     */
    void connected(ConnectedNode node);

    /** A data plane has taken or refused a change. */
    void answered(NodeAnswer answer);

    /** A data plane tells what changed since its last answer. */
    void reported(NodeReport report);

    /**
     * A node's stream is gone and no newer one has taken its place. The data plane forwards on.
     *
     * @param reason for a person
     */
    void disconnected(String node, String reason);
}

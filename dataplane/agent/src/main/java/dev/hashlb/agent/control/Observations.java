package dev.hashlb.agent.control;

import dev.hashlb.protocol.v1alpha1.Counters;
import java.util.List;

/** What the data plane has seen, for the operator. For any thread. */
interface Observations {
    /** Since the data plane started. */
    Counters counters();

    /** Names of the nodes that it does not hear, though they did not say that they stop. */
    List<String> lostPeers();
}

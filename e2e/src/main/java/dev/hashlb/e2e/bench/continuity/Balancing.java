package dev.hashlb.e2e.bench.continuity;

import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Pod;
import java.util.List;

/** A way to balance on all routers of a {@link ContinuityLab}. */
interface Balancing {
    String name();

    /** Sets it up on every router for these servers; connections to the VIP reach them when this returns. */
    Running start(ContinuityLab lab, List<Pod> servers);

    /** One that is set up. */
    interface Running extends AutoCloseable {
        /** From now on these take new connections; those that did before keep what they have. Returns when it is so everywhere. */
        void serve(List<Pod> servers);

        /** Ends what runs on a router, with SIGKILL. What the kernel does there goes on until the link is taken away. */
        void kill(LabNode router);

        /** Bytes held on all routers and hosts together for the connections that there are, beyond what is held without any. */
        State state();

        @Override
        void close();
    }

    /**
     * What is held.
     *
     * @param bytes beyond what is held without connections
     * @param what is counted
     */
    record State(long bytes, String what) {}

    /** All that are compared. */
    static List<Balancing> all() {
        return List.of(
                new HashLbBalancing("Stable"),
                new HashLbBalancing("Modulo"),
                new NftablesBalancing(),
                new HaProxyBalancing());
    }
}

package dev.hashlb.agent.host;

/** Queues of the node's devices that an earlier process has opened, as descriptors. Whoever is given this owns them. */
public final class InheritedQueues {
    static final InheritedQueues NONE = new InheritedQueues(new int[0], new int[0]);

    private final int[] own;
    private final int[] shared;

    /**
     * @param own of {@code hashlb0}; empty if there are none
     * @param shared of {@code hashlb1}; empty if there are none
     */
    public InheritedQueues(int[] own, int[] shared) {
        this.own = own.clone();
        this.shared = shared.clone();
    }

    int[] own() {
        return own.clone();
    }

    int[] shared() {
        return shared.clone();
    }
}

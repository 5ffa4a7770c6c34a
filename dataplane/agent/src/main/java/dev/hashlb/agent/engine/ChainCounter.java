package dev.hashlb.agent.engine;

import java.util.Locale;

/** What happens along the owner chains. A super-packet counts as one. Each is the metric {@code hashlb_chain_LABEL_total}. */
public enum ChainCounter {
    LOOKUPS("Questions whether a server's kernel has a socket of a packet's flow"),
    UNCLAIMED("Packets that no server of the chain claimed; the owner got them and its kernel answers"),
    BUDGET_EXHAUSTED("Packets that went to the owner unasked, since the look-ups of a second were used up"),
    LIST_OLDER("Tunnel packets chosen by an older server list than this node's"),
    LIST_NEWER("Tunnel packets chosen by a newer server list than this node's");

    private final String description;

    ChainCounter(String description) {
        this.description = description;
    }

    public String description() {
        return description;
    }

    /** The metric's part of the name: lower case, words joined by '.'. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '.');
    }
}

package dev.hashlb.core.forward;

import dev.hashlb.core.snapshot.Node;
import java.util.List;
import java.util.Set;

/** The nodes of a snapshot that this one does not hear: perhaps dead, so their servers are asked last. Immutable. */
public final class UnheardNodes {
    public static final UnheardNodes NONE = new UnheardNodes(Set.of(), List.of());

    private final Set<String> names;
    private final boolean[] unheard;

    private UnheardNodes(Set<String> names, List<Node> nodes) {
        this.names = Set.copyOf(names);
        unheard = new boolean[names.isEmpty() ? 0 : nodes.size()];
        for (int i = 0; i < unheard.length; i++) {
            unheard[i] = names.contains(nodes.get(i).name());
        }
    }

    /** @param nodes the snapshot's */
    static UnheardNodes of(Set<String> names, List<Node> nodes) {
        return new UnheardNodes(names, nodes);
    }

    /** The same by the indexes of another snapshot's nodes. */
    UnheardNodes among(List<Node> nodes) {
        return new UnheardNodes(names, nodes);
    }

    /** @param nodeIndex an index into the snapshot's nodes, or -1 for a node that it does not have */
    public boolean contains(int nodeIndex) {
        return nodeIndex >= 0 && nodeIndex < unheard.length && unheard[nodeIndex];
    }
}

package dev.hashlb.core.route;

import dev.hashlb.core.digest.DigestBytes;
import dev.hashlb.core.select.Identity;
import dev.hashlb.core.snapshot.Node;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * The routers that live, in the order that all nodes give them: by name, bytewise. A router's index in it is what the router choice
 * gives. Immutable.
 *
 * @param routers no two of one name
 */
public record RouterList(List<Node> routers) {
    private static final Comparator<Node> BY_NAME = (one, other) -> Arrays.compareUnsigned(utf8(one), utf8(other));

    public static final RouterList EMPTY = new RouterList(List.of());

    public RouterList {
        routers = routers.stream().sorted(BY_NAME).toList();
    }

    /** All nodes that are routers. */
    public static RouterList of(Collection<Node> nodes) {
        return of(nodes, name -> true);
    }

    /** @param lives whether the router of a name lives */
    public static RouterList of(Collection<Node> nodes, Predicate<String> lives) {
        return new RouterList(
                nodes.stream().filter(n -> n.router() && lives.test(n.name())).toList());
    }

    /** M. */
    public int size() {
        return routers.size();
    }

    /** The router's place in the list, or -1. */
    public int indexOf(String nodeName) {
        for (int i = 0; i < routers.size(); i++) {
            if (routers.get(i).name().equals(nodeName)) {
                return i;
            }
        }
        return -1;
    }

    /** What two routers compare to know whether they have the same list; see docs/calculation.md. */
    public long digest() {
        DigestBytes bytes = new DigestBytes();
        bytes.number(routers.size());
        routers.forEach(r -> bytes.string(r.name()).string(r.address().toBytes()));
        return Identity.hash(bytes.toArray());
    }

    private static byte[] utf8(Node node) {
        return node.name().getBytes(StandardCharsets.UTF_8);
    }
}

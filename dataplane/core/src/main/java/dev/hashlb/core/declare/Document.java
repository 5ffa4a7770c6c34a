package dev.hashlb.core.declare;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One document that a person wrote. Every field
 * may be null: it was left out, and a default or a mistake follows. An item of a list is null where it could not be read. */
public sealed interface Document permits HashLoadBalancer, HashRouterGroup, StaticServers, StaticNodes {
    String API_VERSION = "hashlb.dev/v1alpha1";

    /** The kinds by the name that {@code kind} gives them. */
    Map<String, Class<? extends Document>> KINDS = kinds();

    @Nullable Metadata metadata();

    /** The name of its kind, one of {@link #KINDS}. */
    default String kind() {
        return getClass().getSimpleName();
    }

    /**
     * What messages call a document.
     *
     * @param kind one of {@link #KINDS}, or anything else
     * @param name null or empty if it has none
     * @param index the document's index in what it came in, from 0
     */
    static String label(@Nullable String kind, @Nullable String namespace, @Nullable String name, int index) {
        String what = switch (kind == null ? "" : kind) {
            case "HashLoadBalancer" -> "balancer";
            case "HashRouterGroup" -> "router group";
            case "StaticServers" -> "servers of";
            case "StaticNodes" -> "nodes";
            default -> "";
        };
        if (what.equals("nodes")) {
            return what;
        }
        if (what.isEmpty() || name == null || name.isEmpty()) {
            return "document " + (index + 1);
        }
        return what + " " + (namespace == null ? Defaults.NAMESPACE : namespace) + "/" + name;
    }

    private static Map<String, Class<? extends Document>> kinds() {
        Map<String, Class<? extends Document>> kinds = new LinkedHashMap<>();
        kinds.put("HashLoadBalancer", HashLoadBalancer.class);
        kinds.put("HashRouterGroup", HashRouterGroup.class);
        kinds.put("StaticServers", StaticServers.class);
        kinds.put("StaticNodes", StaticNodes.class);
        return Map.copyOf(kinds);
    }
}

package dev.hashlb.agent.host;

import dev.hashlb.agent.host.NamespaceScan.Found;
import dev.hashlb.core.address.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which namespace belongs to which pod: the only one in which all of the pod's addresses are up. Pure.
 *
 * <p>Of two candidates neither is taken: it would be a guess whose packets they get. But a pod keeps the namespace that was its
 * only candidate once, and what is one pod's is no other's: so a new pod that got an old one's address is told from it.
 */
final class PodMatch {
    /** What was found for a pod. */
    sealed interface Result {
        record In(Found namespace) implements Result {}

        /** @param ambiguous whether there are several candidates */
        record Nowhere(boolean ambiguous, String reason) implements Result {}
    }

    private PodMatch() {}

    /**
     * @param pods the addresses of each pod
     * @param before the key of the namespace that each pod had, where it had one
     * @param node the addresses of the node's own namespace
     */
    static Map<String, Result> match(
            Map<String, List<IpAddress>> pods,
            Map<String, Object> before,
            List<Found> namespaces,
            Set<IpAddress> node) {
        Map<String, Result> results = new TreeMap<>();
        Map<Object, Found> byKey = new HashMap<>();
        namespaces.forEach(n -> byKey.put(n.key(), n));
        Set<Object> taken = new HashSet<>();
        pods.forEach((pod, addresses) -> {
            Object key = before.get(pod);
            Found kept = key == null ? null : byKey.get(key);
            if (kept != null && kept.addresses().containsAll(addresses) && taken.add(kept.key())) {
                results.put(pod, new Result.In(kept));
            }
        });
        Map<Object, List<String>> claims = new HashMap<>();
        new TreeMap<>(pods).forEach((pod, addresses) -> {
            if (!results.containsKey(pod)) {
                Result result = find(addresses, namespaces, taken, node);
                results.put(pod, result);
                if (result instanceof Result.In in) {
                    claims.computeIfAbsent(in.namespace().key(), k -> new ArrayList<>())
                            .add(pod);
                }
            }
        });
        for (List<String> rivals : claims.values()) {
            if (rivals.size() > 1) {
                String reason = "pods " + String.join(" and ", rivals)
                        + " have the same addresses; waiting until only one of them is left";
                rivals.forEach(pod -> results.put(pod, new Result.Nowhere(true, reason)));
            }
        }
        return results;
    }

    private static Result find(
            List<IpAddress> addresses, List<Found> namespaces, Set<Object> taken, Set<IpAddress> node) {
        if (node.stream().anyMatch(addresses::contains)) {
            return new Result.Nowhere(
                    false,
                    "its address " + text(addresses)
                            + " is the node's own: a pod on the host network cannot be a server;"
                            + " give it a network of its own");
        }
        List<Found> candidates = namespaces.stream()
                .filter(n -> !taken.contains(n.key()) && n.addresses().containsAll(addresses))
                .toList();
        if (candidates.size() == 1) {
            return new Result.In(candidates.getFirst());
        }
        if (candidates.isEmpty()) {
            return new Result.Nowhere(
                    false, "no network namespace on this node has " + text(addresses) + " up; it is looked for");
        }
        return new Result.Nowhere(
                true,
                text(addresses) + " is up in several network namespaces ("
                        + String.join(
                                ", ",
                                candidates.stream()
                                        .map(c -> c.file().toString())
                                        .toList())
                        + "), so none of them gets packets; remove the address from the wrong ones");
    }

    private static String text(List<IpAddress> addresses) {
        return String.join(" and ", addresses.stream().map(IpAddress::toString).toList());
    }
}

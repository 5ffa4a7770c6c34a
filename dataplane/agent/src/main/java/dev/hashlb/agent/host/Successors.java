package dev.hashlb.agent.host;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Which namespaces may take the place of one that went, for a pod that is the same still. Where a node was started anew, all its pods get
 * new namespaces and mostly other addresses, each perhaps what another pod had; and Kubernetes tells of the old addresses for a moment. So a
 * namespace with such a pod's address is taken for the pod's only after a while. For one thread at a time.
 */
final class Successors {
    /** Kubelets tell the API server of a pod's new address about a second after the pod has it. */
    static final Duration DOUBTED_FOR = Duration.ofSeconds(5);

    private final long doubtedForNs;
    private final LongSupplier nanoTime;
    private final Set<String> bereft = new HashSet<>();
    private final Map<String, Candidate> candidates = new HashMap<>();

    private record Candidate(Object namespace, long sinceNs) {}

    Successors(Duration doubtedFor, LongSupplier nanoTime) {
        this.doubtedForNs = doubtedFor.toNanos();
        this.nanoTime = nanoTime;
    }

    /** The namespace that the pod had is no more. */
    void bereave(String pod) {
        bereft.add(pod);
    }

    /** The pod is not wanted any more, or it is known anew where it is. */
    void forget(String pod) {
        bereft.remove(pod);
        candidates.remove(pod);
    }

    /** Whether a namespace with the pod's addresses is to be taken for the pod's; asked at each look. */
    boolean believes(String pod, Object namespace) {
        if (!bereft.contains(pod)) {
            return true;
        }
        Candidate candidate = candidates.get(pod);
        if (candidate == null || !candidate.namespace.equals(namespace)) {
            candidate = new Candidate(namespace, nanoTime.getAsLong());
            candidates.put(pod, candidate);
        }
        return nanoTime.getAsLong() - candidate.sinceNs >= doubtedForNs;
    }
}

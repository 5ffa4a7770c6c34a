package dev.hashlb.operator.model;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.select.Identity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which endpoints can be servers of a balancer, and why the others cannot.
 *
 * @param servers by identity
 * @param refused by what the endpoint is called, with the reason
 */
record Candidates(List<Candidate> servers, Map<String, String> refused) {
    /** The most servers of a balancer: what its ledger holds fits into one object of the API server. */
    static final int MAX_SERVERS = 4000;

    /**
     * A pod that can be a server.
     *
     * @param addresses at most one of each family, IPv4 first; not empty
     * @param wantsFlows whether Kubernetes says that it should get new ones
     */
    record Candidate(String name, String identity, String node, List<IpAddress> addresses, boolean wantsFlows) {}

    /** @param known identities that are in the list already: they come before others where not all can be */
    static Candidates of(
            List<Endpoint> endpoints,
            Set<Family> families,
            TargetPorts ports,
            Map<String, ClusterNode> nodes,
            Set<String> known) {
        Map<String, List<Endpoint>> byPod = new LinkedHashMap<>();
        Map<String, String> refused = new TreeMap<>();
        for (Endpoint endpoint : endpoints) {
            if (endpoint.podUid().isEmpty()) {
                refused.put(label(endpoint), "it is no pod; only pods can be servers");
            } else {
                byPod.computeIfAbsent(endpoint.podUid(), u -> new ArrayList<>()).add(endpoint);
            }
        }
        List<Candidate> good = new ArrayList<>();
        byPod.forEach((uid, parts) -> {
            Optional<String> reason = refusal(parts, families, ports, nodes);
            if (reason.isPresent()) {
                refused.put(label(parts.getFirst()), reason.get());
            } else {
                good.add(candidate(uid, parts, families));
            }
        });
        good.sort(Comparator.comparing((Candidate c) -> !known.contains(c.identity()))
                .thenComparing(Candidate::identity));
        return limited(good, refused);
    }

    private static Candidates limited(List<Candidate> sorted, Map<String, String> refused) {
        List<Candidate> kept = new ArrayList<>();
        Map<Integer, Candidate> byWireId = new HashMap<>();
        for (Candidate candidate : sorted) {
            if (kept.size() == MAX_SERVERS) {
                refused.put(
                        "pod " + candidate.name(),
                        "the balancer has " + MAX_SERVERS + " servers already; use several balancers");
                continue;
            }
            Candidate same = byWireId.putIfAbsent(Identity.wireId(candidate.identity()), candidate);
            if (same == null) {
                kept.add(candidate);
            } else {
                refused.put(
                        "pod " + candidate.name(),
                        "by chance it has the same 32-bit wire id as pod " + same.name()
                                + "; delete the pod, another one takes its place");
            }
        }
        kept.sort(Comparator.comparing(Candidate::identity));
        return new Candidates(List.copyOf(kept), refused);
    }

    private static Optional<String> refusal(
            List<Endpoint> parts, Set<Family> families, TargetPorts ports, Map<String, ClusterNode> nodes) {
        Endpoint first = parts.getFirst();
        if (first.node().isEmpty()) {
            return Optional.of("it is on no node; wait until it is scheduled");
        }
        ClusterNode node = nodes.get(first.node());
        if (node == null) {
            return Optional.of("its node " + first.node()
                    + " is unknown or has no InternalIP of the tunnel's family; see the node's status.addresses");
        }
        for (Endpoint part : parts) {
            if (part.addresses().stream().anyMatch(node::has)) {
                return Optional.of(
                        "it is in the host network: it has no network namespace of its own, which the VIP needs;"
                                + " run it without hostNetwork");
            }
        }
        if (parts.stream().flatMap(p -> p.addresses().stream()).noneMatch(a -> families.contains(a.family()))) {
            return Optional.of("it has no address of the balancer's families " + families
                    + "; make pods and Service dual-stack (ipFamilyPolicy), or declare another address");
        }
        return ports.misfit(first);
    }

    private static Candidate candidate(String uid, List<Endpoint> parts, Set<Family> families) {
        Map<Family, IpAddress> addresses = new EnumMap<>(Family.class);
        for (Endpoint part : parts) {
            for (IpAddress address : part.addresses()) {
                if (families.contains(address.family())) {
                    addresses.merge(address.family(), address, (a, b) -> a.compareTo(b) <= 0 ? a : b);
                }
            }
        }
        // Two slices of one pod are not written at one moment: it ends as soon as one of them says so.
        boolean wants = parts.stream().allMatch(Endpoint::takesNewFlows);
        Endpoint first = parts.getFirst();
        return new Candidate(first.name(), uid, first.node(), List.copyOf(addresses.values()), wants);
    }

    private static String label(Endpoint endpoint) {
        return endpoint.name().isEmpty()
                ? "endpoint "
                        + endpoint.addresses().stream()
                                .findFirst()
                                .map(IpAddress::toString)
                                .orElse("without address")
                : "pod " + endpoint.name();
    }
}

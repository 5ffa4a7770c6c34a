package dev.hashlb.operator.model;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.NamespacedName;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that is known at one moment: the planner's input.
 *
 * @param balancers in any order
 * @param services by name: those that balancers name or that the operator made for a selector, if they exist
 * @param endpoints by the Service's name; several slices may tell of one pod
 * @param nodes the cluster's nodes
 * @param dataPlanes names of nodes that are known to have a data plane, from before this operator started too
 * @param answers what the data planes told
 * @param serviceAddresses what addresses belong to Services
 * @param installation what the installation permits
 * @param settling whether the data planes may still be about to connect, since this operator has begun to lead just now
 */
public record ClusterView(
        List<DeclaredBalancer> balancers,
        Map<NamespacedName, ServicePorts> services,
        Map<NamespacedName, List<Endpoint>> endpoints,
        List<ClusterNode> nodes,
        List<String> dataPlanes,
        Map<String, NodeState> answers,
        ServiceAddresses serviceAddresses,
        Installation installation,
        boolean settling) {
    public ClusterView {
        balancers = List.copyOf(balancers);
        services = Map.copyOf(services);
        endpoints = Map.copyOf(endpoints);
        nodes = List.copyOf(nodes);
        dataPlanes = List.copyOf(dataPlanes);
        answers = Map.copyOf(answers);
    }

    /**
     * Whether a Service of both families tells something of a pod in the slices of one that those of the other do not tell yet: they are written
     * one after the other.
     */
    public boolean isHalfTold() {
        return endpoints.values().stream().anyMatch(ClusterView::isHalfTold);
    }

    private static boolean isHalfTold(List<Endpoint> ofService) {
        Map<Family, Map<String, Set<Told>>> told = new EnumMap<>(Family.class);
        for (Endpoint endpoint : ofService) {
            if (endpoint.podUid().isEmpty()) {
                continue; // no pod: it is no server in either family
            }
            for (IpAddress address : endpoint.addresses()) {
                told.computeIfAbsent(address.family(), f -> new HashMap<>())
                        .computeIfAbsent(endpoint.podUid(), uid -> new HashSet<>())
                        .add(new Told(endpoint.ready(), endpoint.terminating()));
            }
        }
        return told.values().stream().distinct().count() > 1;
    }

    private record Told(boolean ready, boolean terminating) {}
}

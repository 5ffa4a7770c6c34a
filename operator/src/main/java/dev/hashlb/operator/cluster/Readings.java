package dev.hashlb.operator.cluster;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.crds.v1alpha1.HashLoadBalancer;
import dev.hashlb.operator.model.ClusterNode;
import dev.hashlb.operator.model.DeclaredBalancer;
import dev.hashlb.operator.model.Endpoint;
import dev.hashlb.operator.model.ServicePorts;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The API server's objects as the model's values. What cannot be read is left out: an address that is none, a pod without UID. */
final class Readings {
    private Readings() {}

    static DeclaredBalancer balancer(HashLoadBalancer object) {
        return new DeclaredBalancer(
                new NamespacedName(
                        object.getMetadata().getNamespace(),
                        object.getMetadata().getName()),
                object.getMetadata().getUid(),
                Instant.parse(object.getMetadata().getCreationTimestamp()),
                object.getMetadata().getGeneration() == null
                        ? 0
                        : object.getMetadata().getGeneration(),
                object.getSpec(),
                object.getStatus());
    }

    static List<Endpoint> endpoints(EndpointSlice slice) {
        Map<String, Integer> ports = new HashMap<>();
        for (EndpointPort port : orEmpty(slice.getPorts())) {
            if (port.getPort() != null) {
                ports.put(port.getName() == null ? "" : port.getName(), port.getPort());
            }
        }
        return orEmpty(slice.getEndpoints()).stream()
                .map(e -> endpoint(e, ports))
                .toList();
    }

    private static Endpoint endpoint(
            io.fabric8.kubernetes.api.model.discovery.v1.Endpoint object, Map<String, Integer> ports) {
        ObjectReference target = object.getTargetRef();
        boolean pod = target != null && "Pod".equals(target.getKind()) && target.getUid() != null;
        var conditions = object.getConditions();
        return new Endpoint(
                pod && target.getName() != null ? target.getName() : "",
                pod ? target.getUid() : "",
                object.getNodeName() == null ? "" : object.getNodeName(),
                addresses(orEmpty(object.getAddresses()).stream()),
                conditions == null || conditions.getReady() == null || conditions.getReady(),
                conditions != null && Boolean.TRUE.equals(conditions.getTerminating()),
                ports);
    }

    static ClusterNode node(Node object) {
        List<IpAddress> internal = new ArrayList<>();
        List<IpAddress> others = new ArrayList<>();
        if (object.getStatus() != null) {
            for (NodeAddress address : orEmpty(object.getStatus().getAddresses())) {
                address(address.getAddress())
                        .ifPresent(a -> ("InternalIP".equals(address.getType()) ? internal : others).add(a));
            }
        }
        List<Cidr> podCidrs = new ArrayList<>();
        if (object.getSpec() != null) {
            Stream.concat(
                            Stream.ofNullable(object.getSpec().getPodCIDR()),
                            orEmpty(object.getSpec().getPodCIDRs()).stream())
                    .distinct()
                    .forEach(text -> read(text, Cidr::parse).ifPresent(podCidrs::add));
        }
        return new ClusterNode(object.getMetadata().getName(), internal, others, podCidrs);
    }

    static ServicePorts ports(Service object) {
        Map<String, String> byTarget = new HashMap<>();
        if (object.getSpec() != null) {
            for (ServicePort port : orEmpty(object.getSpec().getPorts())) {
                if (port.getTargetPort() != null && port.getTargetPort().getStrVal() != null) {
                    byTarget.put(port.getTargetPort().getStrVal(), port.getName() == null ? "" : port.getName());
                }
            }
        }
        return new ServicePorts(byTarget);
    }

    /** What the API server gave to a Service, none for a headless one. */
    static List<IpAddress> clusterAddresses(Service object) {
        return object.getSpec() == null
                ? List.of()
                : addresses(Stream.concat(
                                Stream.ofNullable(object.getSpec().getClusterIP()),
                                orEmpty(object.getSpec().getClusterIPs()).stream())
                        .distinct());
    }

    static NamespacedName name(Service object) {
        return new NamespacedName(
                object.getMetadata().getNamespace(), object.getMetadata().getName());
    }

    static Optional<IpAddress> address(@Nullable String literal) {
        return read(literal, IpAddress::parse);
    }

    private static List<IpAddress> addresses(Stream<String> literals) {
        return literals.flatMap(l -> address(l).stream()).toList();
    }

    private static <T> Optional<T> read(@Nullable String text, Function<String, T> parse) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse.apply(text));
        } catch (IllegalArgumentException e) {
            // Names of hosts, "None", FQDN endpoints: not what is asked for here.
            return Optional.empty();
        }
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}

package dev.hashlb.operator.model;

import dev.hashlb.core.declare.Choices;
import dev.hashlb.core.declare.HashLoadBalancer;
import dev.hashlb.core.declare.Metadata;
import dev.hashlb.core.declare.TargetPort;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Kubernetes's form of a declaration as the document that {@code core.declare} judges: the same, but for how words are typed. */
final class Documents {
    private Documents() {}

    static HashLoadBalancer document(NamespacedName name, @Nullable HashLoadBalancerSpec spec) {
        return new HashLoadBalancer(new Metadata(name.name(), name.namespace()), spec == null ? null : spec(spec));
    }

    private static HashLoadBalancer.Spec spec(HashLoadBalancerSpec spec) {
        return new HashLoadBalancer.Spec(
                spec.addresses() == null ? null : List.copyOf(spec.addresses()),
                spec.ports() == null
                        ? null
                        : spec.ports().stream().map(Documents::port).toList(),
                spec.serviceName(),
                spec.selector() == null ? null : Map.copyOf(spec.selector()),
                hash(spec.hash()),
                ingress(spec.ingress()),
                spec.return_() == null
                        ? null
                        : new HashLoadBalancer.Return(
                                word(Choices.RETURN, spec.return_().mode()),
                                spec.return_().egress() == null
                                        ? null
                                        : List.copyOf(spec.return_().egress())),
                spec.sourceRanges() == null ? null : List.copyOf(spec.sourceRanges()),
                spec.ping(),
                word(Choices.UNDECLARED_PORTS, spec.undeclaredPorts()));
    }

    private static HashLoadBalancer.Port port(HashLoadBalancerSpec.Port port) {
        return new HashLoadBalancer.Port(
                port.name(),
                word(Choices.PROTOCOL, port.protocol()),
                port.port() == null ? null : port.port().longValue(),
                target(port.targetPort()),
                word(Choices.DELIVERY, port.delivery()));
    }

    static @Nullable TargetPort target(@Nullable IntOrString target) {
        if (target == null) {
            return null;
        }
        return target.getIntVal() != null
                ? new TargetPort.Numbered(target.getIntVal())
                : new TargetPort.Named(target.getStrVal() == null ? "" : target.getStrVal());
    }

    private static HashLoadBalancer.@Nullable Hash hash(HashLoadBalancerSpec.@Nullable Hash hash) {
        return hash == null
                ? null
                : new HashLoadBalancer.Hash(
                        word(Choices.FIELDS, hash.fields()),
                        word(Choices.TABLE, hash.table()),
                        hash.buckets() == null ? null : hash.buckets().longValue());
    }

    private static HashLoadBalancer.@Nullable Ingress ingress(HashLoadBalancerSpec.@Nullable Ingress ingress) {
        return ingress == null
                ? null
                : new HashLoadBalancer.Ingress(
                        word(Choices.INGRESS, ingress.mode()),
                        word(Choices.FIELDS, ingress.fields()),
                        word(Choices.TABLE, ingress.table()));
    }

    /** Both sides' enums have constants of the same names; a test holds that. */
    static <T extends Enum<T>> @Nullable String word(Map<String, T> choices, @Nullable Enum<?> constant) {
        if (constant == null) {
            return null;
        }
        return choices.entrySet().stream()
                .filter(e -> e.getValue().name().equals(constant.name()))
                .findFirst()
                .map(Map.Entry::getKey)
                .orElse(constant.name());
    }
}

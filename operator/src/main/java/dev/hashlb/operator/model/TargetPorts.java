package dev.hashlb.operator.model;

import dev.hashlb.core.declare.TargetPort;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Named target ports as numbers. A data plane knows one number for a port, so pods that give the name another one than most
 * cannot be servers.
 *
 * @param spec the declaration with numbers only
 * @param required by the Service port's name, the number that a pod must have there
 * @param unresolved names that no endpoint has; their ports have a stand-in, which no packet can reach as there is no server
 */
record TargetPorts(HashLoadBalancerSpec spec, Map<String, Integer> required, List<String> unresolved) {

    static TargetPorts resolve(HashLoadBalancerSpec spec, @Nullable ServicePorts service, List<Endpoint> endpoints) {
        List<HashLoadBalancerSpec.Port> ports = spec.ports() == null ? List.of() : spec.ports();
        Set<Integer> taken = numbers(ports);
        Map<String, Integer> required = new HashMap<>();
        List<String> unresolved = new ArrayList<>();
        List<HashLoadBalancerSpec.Port> numbered = new ArrayList<>();
        for (HashLoadBalancerSpec.Port port : ports) {
            if (!(Documents.target(port.targetPort()) instanceof TargetPort.Named(String name))) {
                numbered.add(port);
                continue;
            }
            String sliceName = service == null ? name : service.byTarget().getOrDefault(name, name);
            Optional<Integer> found = mostCommon(sliceName, endpoints);
            found.ifPresentOrElse(number -> required.put(sliceName, number), () -> unresolved.add(name));
            numbered.add(withTarget(port, found.orElseGet(() -> standIn(port, taken))));
        }
        return new TargetPorts(withPorts(spec, spec.ports() == null ? null : numbered), required, unresolved);
    }

    /** Why a pod's ports do not fit; empty if they do. */
    Optional<String> misfit(Endpoint endpoint) {
        for (Map.Entry<String, Integer> port : required.entrySet()) {
            Integer has = endpoint.ports().get(port.getKey());
            if (!port.getValue().equals(has)) {
                return Optional.of("its port '" + port.getKey() + "' is "
                        + (has == null ? "missing" : String.valueOf(has)) + ", but most pods have it at "
                        + port.getValue() + "; give all pods of a balancer the same number");
            }
        }
        return Optional.empty();
    }

    private static Optional<Integer> mostCommon(String name, List<Endpoint> endpoints) {
        Map<Integer, Integer> counts = new HashMap<>();
        for (Endpoint endpoint : endpoints) {
            Integer number = endpoint.ports().get(name);
            if (number != null) {
                counts.merge(number, 1, Integer::sum);
            }
        }
        return counts.entrySet().stream()
                .max(Map.Entry.<Integer, Integer>comparingByValue()
                        .thenComparing(
                                Map.Entry.<Integer, Integer>comparingByKey().reversed()))
                .map(Map.Entry::getKey);
    }

    private static Set<Integer> numbers(List<HashLoadBalancerSpec.Port> ports) {
        Set<Integer> numbers = new HashSet<>();
        for (HashLoadBalancerSpec.Port port : ports) {
            if (Documents.target(port.targetPort()) instanceof TargetPort.Numbered(long number)) {
                numbers.add((int) number);
            } else if (port.targetPort() == null && port.port() != null) {
                numbers.add(port.port());
            }
        }
        return numbers;
    }

    private static int standIn(HashLoadBalancerSpec.Port port, Set<Integer> taken) {
        int number = port.port() == null ? 1 : port.port();
        while (!taken.add(number)) {
            number = number <= 1 ? 65535 : number - 1;
        }
        return number;
    }

    private static HashLoadBalancerSpec.Port withTarget(HashLoadBalancerSpec.Port port, int target) {
        return new HashLoadBalancerSpec.Port(
                port.name(), port.protocol(), port.port(), new IntOrString(target), port.delivery());
    }

    private static HashLoadBalancerSpec withPorts(
            HashLoadBalancerSpec spec, @Nullable List<HashLoadBalancerSpec.Port> ports) {
        return new HashLoadBalancerSpec(
                spec.addresses(),
                ports,
                spec.serviceName(),
                spec.selector(),
                spec.hash(),
                spec.ingress(),
                spec.return_(),
                spec.sourceRanges(),
                spec.ping(),
                spec.undeclaredPorts());
    }
}

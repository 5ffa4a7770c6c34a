package dev.hashlb.operator.cluster;

import dev.hashlb.crds.v1alpha1.HashLoadBalancer;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What users and Kubernetes write into one namespace: balancers, and the endpoints of their Services. */
record Declarations(KubernetesClient admin, String namespace) {
    /** Declares a balancer of port 80, or changes it. */
    void balancer(String name, String address, @Nullable String service, @Nullable Map<String, String> selector) {
        HashLoadBalancer object = new HashLoadBalancer();
        object.setMetadata(
                new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
        object.setSpec(new HashLoadBalancerSpec(
                List.of(address),
                List.of(new HashLoadBalancerSpec.Port(null, null, 80, new IntOrString(8080), null)),
                service,
                selector,
                null,
                null,
                null,
                null,
                null,
                null));
        put(object);
    }

    /** All endpoints that a Service has from now on. */
    void endpoints(String service, Endpoint... endpoints) {
        put(new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(service + "-1")
                .addToLabels("kubernetes.io/service-name", service)
                .endMetadata()
                .withAddressType("IPv4")
                .withEndpoints(endpoints)
                .build());
    }

    static Endpoint pod(int number, String node, boolean ready) {
        return new EndpointBuilder()
                .withAddresses("10.244.0." + number)
                .withNodeName(node)
                .withNewConditions()
                .withReady(ready)
                .endConditions()
                .withNewTargetRef()
                .withKind("Pod")
                .withName("web-" + number)
                .withUid("00000000-0000-4000-8000-%012d".formatted(number))
                .endTargetRef()
                .build();
    }

    HashLoadBalancer get(String name) {
        return admin.resources(HashLoadBalancer.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
    }

    void delete(String name) {
        admin.resources(HashLoadBalancer.class)
                .inNamespace(namespace)
                .withName(name)
                .delete();
    }

    /** Applied, not replaced: the operator writes the status of the same object meanwhile. */
    private <T extends HasMetadata> void put(T object) {
        admin.resource(object).forceConflicts().serverSideApply();
    }
}

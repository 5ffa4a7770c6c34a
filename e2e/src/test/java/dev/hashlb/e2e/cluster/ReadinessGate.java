package dev.hashlb.e2e.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodReadinessGate;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;

/**
 * A condition of a Deployment's pods without which they are not ready (pod readiness gates), so that a case can say of a server that
 * serves on that it is not.
 */
final class ReadinessGate {
    private static final String CONDITION = "e2e.hashlb.dev/in-service";

    private ReadinessGate() {}

    /** Pods of it that are made from now on are not ready until {@link #set} says so. */
    static void addTo(Deployment deployment) {
        deployment.getSpec().getTemplate().getSpec().setReadinessGates(List.of(new PodReadinessGate(CONDITION)));
    }

    static void set(KubernetesClient client, Pod pod, boolean inService) {
        String status = """
                {"status": {"conditions": [{"type": "%s", "status": "%s"}]}}
                """.formatted(CONDITION, inService ? "True" : "False");
        client.resource(pod).subresource("status").patch(PatchContext.of(PatchType.STRATEGIC_MERGE), status);
    }
}

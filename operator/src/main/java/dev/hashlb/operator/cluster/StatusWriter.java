package dev.hashlb.operator.cluster;

import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.crds.v1alpha1.HashLoadBalancer;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.HashMap;
import java.util.Map;

/** Writes balancers' statuses by server-side apply, each only where it is not what was written last. */
final class StatusWriter {
    private final Background background;
    private final KubernetesClient client;
    private final Map<NamespacedName, HashLoadBalancerStatus> offered = new HashMap<>();

    StatusWriter(KubernetesClient client, Background background) {
        this.client = client;
        this.background = background;
    }

    /** Hands over the newest statuses of all balancers; does not wait. For the planning thread. */
    void offer(Map<NamespacedName, HashLoadBalancerStatus> statuses) {
        offered.keySet().retainAll(statuses.keySet());
        statuses.forEach((balancer, status) -> {
            if (!status.equals(offered.put(balancer, status))) {
                background.latest("status of balancer " + balancer, () -> write(balancer, status));
            }
        });
    }

    /** What was handed over last. */
    Map<NamespacedName, HashLoadBalancerStatus> written() {
        return offered;
    }

    /** Another replica may have written since. */
    void forget() {
        offered.clear();
    }

    private void write(NamespacedName balancer, HashLoadBalancerStatus status) {
        HashLoadBalancer patch = new HashLoadBalancer();
        patch.setMetadata(new ObjectMetaBuilder()
                .withNamespace(balancer.namespace())
                .withName(balancer.name())
                .build());
        patch.setStatus(status);
        client.resource(patch).subresource("status").patch(Apply.STATUS);
    }
}

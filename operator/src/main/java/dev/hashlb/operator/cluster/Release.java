package dev.hashlb.operator.cluster;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chart's release as the owner of what the operator makes, so that the garbage collector takes all of it along when the release
 * is uninstalled. It stands for the release by its ClusterRole: the one object of the chart that may own namespaced and cluster-wide
 * objects, and that nothing but an uninstall removes (ADR 0032).
 *
 * <p>Blocks now and then. Safe for any thread.
 */
final class Release {
    private static final Logger log = LoggerFactory.getLogger(Release.class);
    private static final String CLUSTER_ROLE = "hashlb-operator";

    /** Somebody may have removed and installed it again beside a running operator: then it has another UID. */
    private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final KubernetesClient client;
    private final LongSupplier nanos;
    private List<OwnerReference> owners = List.of();
    private @Nullable Long readAtNanos;

    Release(KubernetesClient client, LongSupplier nanos) {
        this.client = client;
        this.nanos = nanos;
    }

    /**
     * The owner references for an object that goes with the release. Empty where the operator was not installed by the chart, or may
     * not see its own role: an object that outlives the release is better than one that is not written.
     */
    synchronized List<OwnerReference> owners() {
        long now = nanos.getAsLong();
        if (readAtNanos == null || now - readAtNanos >= REMEMBERED_NANOS) {
            try {
                owners = read();
                readAtNanos = now;
            } catch (KubernetesClientException e) {
                log.warn(
                        "ClusterRole {} cannot be read, what is written now may outlive it: {}",
                        CLUSTER_ROLE,
                        e.getMessage());
            }
        }
        return owners;
    }

    private List<OwnerReference> read() {
        ClusterRole role = client.rbac().clusterRoles().withName(CLUSTER_ROLE).get();
        if (role == null) {
            log.warn("there is no ClusterRole {}: what the operator makes will outlive it", CLUSTER_ROLE);
            return List.of();
        }
        return List.of(new OwnerReferenceBuilder()
                .withApiVersion("rbac.authorization.k8s.io/v1")
                .withKind("ClusterRole")
                .withName(CLUSTER_ROLE)
                .withUid(role.getMetadata().getUid())
                .build());
    }
}

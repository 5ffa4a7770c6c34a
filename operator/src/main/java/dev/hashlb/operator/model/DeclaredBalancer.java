package dev.hashlb.operator.model;

import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A HashLoadBalancer as the API server has it.
 *
 * @param uid tells it from another one that had its name before
 * @param createdAt to the second; the older of two keeps what both want
 * @param observedGeneration the {@code metadata.generation} of the spec
 * @param spec null if it was created without one, where nothing checks that
 * @param status as the operator wrote it last, for the times of its conditions; null if it has not yet
 */
public record DeclaredBalancer(
        NamespacedName name,
        String uid,
        Instant createdAt,
        long observedGeneration,
        @Nullable HashLoadBalancerSpec spec,
        @Nullable HashLoadBalancerStatus status) {
    /** Total, and the same for every operator: by age, then by name. */
    public static final Comparator<DeclaredBalancer> OLDEST_FIRST =
            Comparator.comparing(DeclaredBalancer::createdAt).thenComparing(DeclaredBalancer::name);

    /** The Service whose slices tell the servers: the declared one, or the one that the operator owns for a selector. */
    public NamespacedName service(HashLoadBalancerSpec declared) {
        return new NamespacedName(
                name.namespace(), declared.serviceName() == null ? OwnedService.nameFor(name) : declared.serviceName());
    }
}

package dev.hashlb.operator.cluster;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The Lease of the operator's replicas, as the API server has it. A write fails if another replica has written since the read before it. */
final class LeaderLease {
    private static final String NAME = "hashlb-operator";

    /** Where the holder serves data planes, as {@code HOST:PORT}. */
    private static final String ADDRESS = "hashlb.dev/push-address";

    /**
     * A Lease at a moment.
     *
     * @param holder the replica that leads; empty: none
     * @param address where data planes reach it; empty: it does not say
     * @param mark another one after each write
     */
    record Seen(String holder, String address, String mark) {}

    private final KubernetesClient client;
    private final Release release;
    private final String namespace;
    private final String address;
    private @Nullable Lease known;

    /** @param address of this replica, for others; empty if it is not known */
    LeaderLease(KubernetesClient client, Release release, String namespace, String address) {
        this.client = client;
        this.release = release;
        this.namespace = namespace;
        this.address = address;
    }

    /** Empty: nobody has ever led. */
    synchronized Optional<Seen> read() {
        Lease lease = client.leases().inNamespace(namespace).withName(NAME).get();
        known = lease;
        return Optional.ofNullable(lease).map(LeaderLease::seen);
    }

    private static Seen seen(Lease lease) {
        Map<String, String> annotations = lease.getMetadata().getAnnotations();
        LeaseSpec spec = lease.getSpec();
        return new Seen(
                spec == null || spec.getHolderIdentity() == null ? "" : spec.getHolderIdentity(),
                annotations == null ? "" : annotations.getOrDefault(ADDRESS, ""),
                lease.getMetadata().getResourceVersion());
    }

    /**
     * Writes who leads, after a {@link #read} or a write of this replica's own.
     *
     * @param holder who leads from now on, or still; empty: nobody
     */
    synchronized void write(String holder) {
        Lease before = known;
        LeaseSpec spec = before == null || before.getSpec() == null ? new LeaseSpec() : before.getSpec();
        boolean same = holder.equals(spec.getHolderIdentity());
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        int transitions = spec.getLeaseTransitions() == null ? 0 : spec.getLeaseTransitions();
        Lease lease = new LeaseBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(NAME)
                .withResourceVersion(
                        before == null ? null : before.getMetadata().getResourceVersion())
                .withOwnerReferences(release.owners())
                .addToAnnotations(ADDRESS, holder.isEmpty() ? "" : address)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(holder)
                .withAcquireTime(same && spec.getAcquireTime() != null ? spec.getAcquireTime() : now)
                .withRenewTime(now)
                .withLeaseDurationSeconds((int) Candidacy.EXPIRED_AFTER.toSeconds())
                .withLeaseTransitions(same ? transitions : transitions + 1)
                .endSpec()
                .build();
        known = before == null
                ? client.resource(lease).create()
                : client.resource(lease).patch(PatchContext.of(PatchType.JSON_MERGE));
    }
}

package dev.hashlb.operator.cluster;

import dev.hashlb.crds.v1alpha1.HashLoadBalancer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the balancers at hand. A plan is about all of them at once, since they compete for addresses and go out as one snapshot;
 * so a reconciliation only asks for one. It has no finalizer: a balancer that is gone is gone from the next snapshot.
 */
@Singleton
@ControllerConfiguration(name = "balancers", triggerReconcilerOnAllEvents = true)
public final class BalancerReconciler implements Reconciler<HashLoadBalancer> {
    private final PlanSignal signal;
    private volatile @Nullable IndexerResourceCache<HashLoadBalancer> cache;

    public BalancerReconciler(PlanSignal signal) {
        this.signal = signal;
    }

    @Override
    public List<EventSource<?, HashLoadBalancer>> prepareEventSources(EventSourceContext<HashLoadBalancer> context) {
        cache = context.getPrimaryCache();
        return List.of();
    }

    @Override
    public UpdateControl<HashLoadBalancer> reconcile(HashLoadBalancer balancer, Context<HashLoadBalancer> context) {
        signal.changed();
        return UpdateControl.noUpdate();
    }

    /** All balancers that are not being deleted. */
    Stream<HashLoadBalancer> balancers() {
        IndexerResourceCache<HashLoadBalancer> known = cache;
        if (known == null) {
            throw new IllegalStateException("the operator SDK has not started the balancers' controller");
        }
        return known.list().filter(b -> b.getMetadata().getDeletionTimestamp() == null);
    }
}

package dev.hashlb.operator.cluster;

import dev.hashlb.crds.v1alpha1.HashNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the cluster has, besides balancers: watched, and at hand without asking the API server. */
final class Caches implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Caches.class);
    private static final String BY_SERVICE = "service";
    private static final String SERVICE_NAME_LABEL = "kubernetes.io/service-name";

    private final SharedIndexInformer<EndpointSlice> slices;
    private final SharedIndexInformer<Service> services;
    private final SharedIndexInformer<Node> nodes;
    private final SharedIndexInformer<HashNode> hashNodes;

    /** Blocks until all are filled. */
    Caches(KubernetesClient client, PlanSignal signal) {
        this.slices = client.discovery().v1().endpointSlices().inAnyNamespace().runnableInformer(0);
        slices.addIndexers(Map.of(BY_SERVICE, Caches::serviceOf));
        this.services = client.services().inAnyNamespace().runnableInformer(0);
        this.nodes = client.nodes().runnableInformer(0);
        this.hashNodes = client.resources(HashNode.class).runnableInformer(0);
        slices.addEventHandler(new Changed<>(signal, Caches::version));
        services.addEventHandler(new Changed<>(signal, Caches::version));
        // A kubelet tells its node's conditions all the time, and HashNodes are the operator's own word.
        nodes.addEventHandler(new Changed<>(signal, Readings::node));
        hashNodes.addEventHandler(
                new Changed<>(signal, node -> node.getMetadata().getUid()));
        fill(Map.of("EndpointSlices", slices, "Services", services, "Nodes", nodes, "HashNodes", hashNodes));
    }

    /** All at once: each may have to wait for the API server. */
    private static void fill(Map<String, SharedIndexInformer<? extends HasMetadata>> informers) {
        informers.forEach((kind, informer) -> informer.exceptionHandler((started, problem) -> {
            log.warn("{} cannot be watched now, and are tried again: {}", kind, problem.toString());
            return true;
        }));
        CompletableFuture.allOf(informers.values().stream()
                        .map(informer -> informer.start().toCompletableFuture())
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    List<EndpointSlice> slices(String namespace, String service) {
        return slices.getIndexer().byIndex(BY_SERVICE, namespace + "/" + service);
    }

    List<Service> services() {
        return services.getStore().list();
    }

    Optional<Service> service(String namespace, String name) {
        return Optional.ofNullable(services.getStore().getByKey(namespace + "/" + name));
    }

    List<Node> nodes() {
        return nodes.getStore().list();
    }

    List<HashNode> hashNodes() {
        return hashNodes.getStore().list();
    }

    @Override
    public void close() {
        slices.stop();
        services.stop();
        nodes.stop();
        hashNodes.stop();
    }

    private static List<String> serviceOf(EndpointSlice slice) {
        Map<String, String> labels = slice.getMetadata().getLabels();
        String service = labels == null ? null : labels.get(SERVICE_NAME_LABEL);
        return service == null ? List.of() : List.of(slice.getMetadata().getNamespace() + "/" + service);
    }

    private static String version(HasMetadata object) {
        return String.valueOf(object.getMetadata().getResourceVersion());
    }

    /** @param matters what planning reads of an object: of two that are equal in it, the later is no news */
    private record Changed<T extends HasMetadata>(PlanSignal signal, Function<T, Object> matters)
            implements ResourceEventHandler<T> {
        @Override
        public void onAdd(T added) {
            signal.changed();
        }

        @Override
        public void onUpdate(T before, T after) {
            if (!matters.apply(before).equals(matters.apply(after))) {
                signal.changed();
            }
        }

        @Override
        public void onDelete(T deleted, boolean unknown) {
            signal.changed();
        }
    }
}

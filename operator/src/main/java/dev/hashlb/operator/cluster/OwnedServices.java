package dev.hashlb.operator.cluster;

import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.crds.v1alpha1.Api;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import dev.hashlb.operator.model.DeclaredBalancer;
import dev.hashlb.operator.model.Ledger;
import dev.hashlb.operator.model.OwnedService;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The headless Services of balancers with a {@code selector}, so that Kubernetes makes slices of their pods. Owned by the balancer:
 * the garbage collector removes one with it. A Service of the name that is not owned is never touched.
 */
final class OwnedServices {
    private static final Logger log = LoggerFactory.getLogger(OwnedServices.class);
    private static final String LABEL = "hashlb.dev/balancer";
    private final KubernetesClient client;
    private final Caches caches;
    private final Background background;
    private final Map<NamespacedName, Service> applied = new HashMap<>();

    OwnedServices(KubernetesClient client, Caches caches, Background background) {
        this.client = client;
        this.caches = caches;
        this.background = background;
    }

    /** Makes, changes and removes what accepted declarations say; does not wait. */
    void refresh(List<DeclaredBalancer> balancers, Ledger ledger) {
        Map<NamespacedName, Service> wanted = new HashMap<>();
        for (DeclaredBalancer balancer : balancers) {
            Ledger.Entry entry = ledger.entries().get(balancer.name());
            if (entry != null && entry.accepted().selector() != null) {
                Service service = desired(balancer, entry.accepted());
                wanted.put(Readings.name(service), service);
            }
        }
        wanted.forEach(this::ensure);
        for (Service service : caches.services()) {
            NamespacedName name = Readings.name(service);
            if (owner(service).isPresent() && !wanted.containsKey(name)) {
                background.latest(
                        "Service " + name, () -> client.resource(service).delete());
                applied.remove(name);
            }
        }
    }

    /** Another replica may have written since. */
    void forget() {
        applied.clear();
    }

    private void ensure(NamespacedName name, Service service) {
        Optional<Service> existing = caches.service(name.namespace(), name.name());
        if (existing.isPresent() && owner(existing.get()).isEmpty()) {
            if (applied.put(name, service) == null) {
                log.error("Service {} is there and not the operator's: it is left alone; delete it", name);
            }
            return;
        }
        if (existing.isEmpty() || !service.equals(applied.get(name))) {
            applied.put(name, service);
            background.latest("Service " + name, () -> client.resource(service).patch(Apply.OBJECT));
        }
    }

    private static Optional<OwnerReference> owner(Service service) {
        Map<String, String> labels = service.getMetadata().getLabels();
        if (labels == null || !labels.containsKey(LABEL)) {
            return Optional.empty();
        }
        return service.getMetadata().getOwnerReferences().stream()
                .filter(o -> o.getKind().equals("HashLoadBalancer")
                        && o.getApiVersion().startsWith(Api.GROUP + "/"))
                .findFirst();
    }

    static Service desired(DeclaredBalancer balancer, HashLoadBalancerSpec spec) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace(balancer.name().namespace())
                .withName(OwnedService.nameFor(balancer.name()))
                .addToLabels(LABEL, "true")
                .addToLabels("app.kubernetes.io/managed-by", "hashlb-operator")
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion(Api.GROUP + "/" + Api.VERSION)
                        .withKind("HashLoadBalancer")
                        .withName(balancer.name().name())
                        .withUid(balancer.uid())
                        .withController(true)
                        .build())
                .endMetadata()
                .withNewSpec()
                .withClusterIP("None")
                .withIpFamilyPolicy("PreferDualStack")
                .withSelector(spec.selector())
                .withPorts(ports(spec))
                .endSpec()
                .build();
    }

    private static List<ServicePort> ports(HashLoadBalancerSpec spec) {
        return spec.ports() == null
                ? List.of()
                : spec.ports().stream()
                        .filter(p -> p.port() != null)
                        .map(p -> {
                            String protocol =
                                    p.protocol() == null ? "TCP" : p.protocol().name();
                            return new ServicePortBuilder()
                                    .withName("p" + p.port() + "-" + protocol.toLowerCase(Locale.ROOT))
                                    .withProtocol(protocol)
                                    .withPort(p.port())
                                    .withTargetPort(p.targetPort())
                                    .build();
                        })
                        .toList();
    }
}

package dev.hashlb.operator.cluster;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus;
import dev.hashlb.operator.model.ClusterView;
import dev.hashlb.operator.model.DeclaredBalancer;
import dev.hashlb.operator.model.Endpoint;
import dev.hashlb.operator.model.Installation;
import dev.hashlb.operator.model.Ledger;
import dev.hashlb.operator.model.ServiceAddresses;
import dev.hashlb.operator.model.ServicePorts;
import io.fabric8.kubernetes.api.model.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts together what is known at one moment. */
final class Views {
    private static final String API_SERVER_NAMESPACE = "default";
    private static final String API_SERVER_SERVICE = "kubernetes";

    private final BalancerReconciler balancers;
    private final Caches caches;
    private final NodeBook nodes;
    private final InstallationFile installation;
    private final List<Installation.Forbidden> ownAddresses;

    /** @param ownAddresses the operator's own, and where it reaches the API server */
    Views(
            BalancerReconciler balancers,
            Caches caches,
            NodeBook nodes,
            InstallationFile installation,
            List<Installation.Forbidden> ownAddresses) {
        this.balancers = balancers;
        this.caches = caches;
        this.nodes = nodes;
        this.installation = installation;
        this.ownAddresses = List.copyOf(ownAddresses);
    }

    /** Whether the installation permits something else than in the last view. */
    boolean permitsSomethingElse() {
        return installation.hasChanged();
    }

    /**
     * What is known now.
     *
     * @param ledger names Services of declarations that go on though they were changed
     * @param written statuses that this operator wrote, which the cache may not have yet
     */
    ClusterView now(Ledger ledger, Map<NamespacedName, HashLoadBalancerStatus> written, boolean settling) {
        List<DeclaredBalancer> declared = balancers
                .balancers()
                .map(Readings::balancer)
                .map(b -> withStatus(b, written))
                .toList();
        Set<NamespacedName> named = new HashSet<>();
        for (DeclaredBalancer balancer : declared) {
            HashLoadBalancerSpec spec = balancer.spec();
            if (spec != null) {
                named.add(balancer.service(spec));
            }
            Ledger.Entry entry = ledger.entries().get(balancer.name());
            if (entry != null) {
                named.add(balancer.service(entry.accepted()));
            }
        }
        Map<NamespacedName, ServicePorts> services = new HashMap<>();
        Map<NamespacedName, List<Endpoint>> endpoints = new HashMap<>();
        for (NamespacedName name : named) {
            caches.service(name.namespace(), name.name()).ifPresent(s -> services.put(name, Readings.ports(s)));
            endpoints.put(
                    name,
                    caches.slices(name.namespace(), name.name()).stream()
                            .flatMap(s -> Readings.endpoints(s).stream())
                            .toList());
        }
        return new ClusterView(
                declared,
                services,
                endpoints,
                caches.nodes().stream().map(Readings::node).toList(),
                caches.hashNodes().stream().map(n -> n.getMetadata().getName()).toList(),
                nodes.states(),
                serviceAddresses(),
                installation.current().and(forbidden()),
                settling);
    }

    private static DeclaredBalancer withStatus(
            DeclaredBalancer balancer, Map<NamespacedName, HashLoadBalancerStatus> written) {
        HashLoadBalancerStatus own = written.get(balancer.name());
        return own == null
                ? balancer
                : new DeclaredBalancer(
                        balancer.name(),
                        balancer.uid(),
                        balancer.createdAt(),
                        balancer.observedGeneration(),
                        balancer.spec(),
                        own);
    }

    private ServiceAddresses serviceAddresses() {
        Map<IpAddress, NamespacedName> byAddress = new HashMap<>();
        for (Service service : caches.services()) {
            Readings.clusterAddresses(service).forEach(a -> byAddress.put(a, Readings.name(service)));
        }
        return new ServiceAddresses(byAddress);
    }

    private List<Installation.Forbidden> forbidden() {
        List<Installation.Forbidden> all = new ArrayList<>(ownAddresses);
        caches.slices(API_SERVER_NAMESPACE, API_SERVER_SERVICE).stream()
                .flatMap(s -> Readings.endpoints(s).stream())
                .flatMap(e -> e.addresses().stream())
                .forEach(a -> all.add(only(a, "the API server's address")));
        return all;
    }

    /** One address that nobody may have. */
    static Installation.Forbidden only(IpAddress address, String what) {
        return new Installation.Forbidden(new Cidr(address, 8 * address.family().addressLengthBytes()), what);
    }
}

package dev.hashlb.operator.cluster;

import dev.hashlb.core.select.Identity;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.operator.model.Ledger;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the ledger in ConfigMaps of the operator's own namespace, one for each balancer, so that a change costs one small write.
 * A write that another replica came before fails: then this one leads no more, or must read again.
 *
 * <p>For one thread.
 */
final class LedgerStore {
    private static final Logger log = LoggerFactory.getLogger(LedgerStore.class);
    private static final String LABEL = "hashlb.dev/ledger";
    private static final String BALANCER = "balancer";
    private static final String ENTRY = "entry";

    /** Writes at once, where one change concerns many balancers. */
    private static final int PARALLEL = 16;

    private final KubernetesClient client;
    private final String namespace;
    private final Release release;
    private final Map<NamespacedName, String> resourceVersions = new HashMap<>();
    private final Set<NamespacedName> adrift = ConcurrentHashMap.newKeySet();

    LedgerStore(KubernetesClient client, String namespace, Release release) {
        this.client = client;
        this.namespace = namespace;
        this.release = release;
    }

    /** Reads all of it. An entry that cannot be read is told and counts as none: its balancer begins anew. */
    Ledger load() {
        resourceVersions.clear();
        adrift.clear();
        List<OwnerReference> owners = release.owners();
        Map<NamespacedName, Ledger.Entry> entries = new HashMap<>();
        for (ConfigMap object : client.configMaps()
                .inNamespace(namespace)
                .withLabel(LABEL)
                .list()
                .getItems()) {
            Map<String, String> data = object.getData() == null ? Map.of() : object.getData();
            String[] name = data.getOrDefault(BALANCER, "").split("/", 2);
            if (name.length != 2) {
                log.error(
                        "ConfigMap {} names no balancer; delete it",
                        object.getMetadata().getName());
                continue;
            }
            NamespacedName balancer = new NamespacedName(name[0], name[1]);
            resourceVersions.put(balancer, object.getMetadata().getResourceVersion());
            if (!object.getMetadata().getOwnerReferences().equals(owners)) {
                adrift.add(balancer);
            }
            try {
                entries.put(balancer, LedgerText.read(data.getOrDefault(ENTRY, "")));
            } catch (IllegalArgumentException e) {
                log.error(
                        "ConfigMap {}: balancer {} begins anew, since its entry {}",
                        object.getMetadata().getName(),
                        balancer,
                        e.getMessage());
            }
        }
        return new Ledger(entries);
    }

    /**
     * Makes what is stored equal to a ledger, if the other is what was stored.
     *
     * @throws RuntimeException if it could not all be written; then {@link #load} again
     */
    void store(Ledger before, Ledger after) {
        List<Callable<Runnable>> writes = new ArrayList<>();
        after.entries().forEach((balancer, entry) -> {
            if (!entry.equals(before.entries().get(balancer)) || adrift.contains(balancer)) {
                writes.add(() -> write(balancer, entry));
            }
        });
        before.entries().keySet().stream()
                .filter(b -> !after.entries().containsKey(b))
                .forEach(b -> writes.add(() -> delete(b)));
        if (writes.size() == 1) {
            run(writes.getFirst()).run();
        } else if (!writes.isEmpty()) {
            try (ExecutorService pool =
                    Executors.newFixedThreadPool(PARALLEL, Thread.ofVirtual().factory())) {
                for (Future<Runnable> done : pool.invokeAll(writes)) {
                    done.get().run();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the ledger was written", e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("the ledger could not be written: " + e.getCause(), e);
            }
        }
    }

    private static Runnable run(Callable<Runnable> write) {
        try {
            return write.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Runnable write(NamespacedName balancer, Ledger.Entry entry) {
        String known = resourceVersions.get(balancer);
        ConfigMap object = new ConfigMapBuilder()
                .withNewMetadata()
                .withName(nameFor(balancer))
                .withNamespace(namespace)
                .withResourceVersion(known)
                .addToLabels(LABEL, "true")
                .addToLabels("app.kubernetes.io/managed-by", "hashlb-operator")
                .withOwnerReferences(release.owners())
                .endMetadata()
                .addToData(BALANCER, balancer.toString())
                .addToData(ENTRY, LedgerText.write(entry))
                .build();
        var resource = client.configMaps().inNamespace(namespace).resource(object);
        ConfigMap stored = known == null ? resource.create() : resource.update();
        adrift.remove(balancer);
        return () -> resourceVersions.put(balancer, stored.getMetadata().getResourceVersion());
    }

    private Runnable delete(NamespacedName balancer) {
        client.configMaps().inNamespace(namespace).withName(nameFor(balancer)).delete();
        return () -> resourceVersions.remove(balancer);
    }

    /** A balancer's name may be longer than what stands before it leaves room for. */
    private static String nameFor(NamespacedName balancer) {
        long hash = Identity.hash(balancer.toString().getBytes(StandardCharsets.UTF_8));
        return "hashlb-ledger-" + Long.toHexString(hash);
    }
}

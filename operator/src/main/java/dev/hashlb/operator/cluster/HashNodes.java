package dev.hashlb.operator.cluster;

import dev.hashlb.crds.v1alpha1.HashNode;
import dev.hashlb.crds.v1alpha1.HashNodeStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The HashNode objects: one for each node that ever had a data plane, for as long as the node exists. */
final class HashNodes {
    /** A thousand nodes tell something every second; who looks at them does so less often. */
    private static final long REFRESH_MILLIS = 5000;

    private record Written(HashNodeStatus status, long atMillis) {
        /** Whether another status is to be written over this one now. */
        boolean isDue(HashNodeStatus other, long nowMillis) {
            return !status.equals(other) && (matters(status, other) || nowMillis - atMillis >= REFRESH_MILLIS);
        }
    }

    private final KubernetesClient client;
    private final Release release;
    private final Caches caches;
    private final NodeBook book;
    private final Background background;
    private final Map<String, Written> written = new HashMap<>();
    private long seenRevision = -1;
    private boolean someAreLate;

    HashNodes(KubernetesClient client, Release release, Caches caches, NodeBook book, Background background) {
        this.client = client;
        this.release = release;
        this.caches = caches;
        this.book = book;
        this.background = background;
    }

    /** Brings the objects up to date; does not wait. What matters is written at once, the rest after some seconds. */
    void refresh(long nowMillis) {
        seenRevision = book.revision();
        someAreLate = false;
        Set<String> nodes =
                caches.nodes().stream().map(n -> n.getMetadata().getName()).collect(Collectors.toSet());
        Map<String, HashNode> known = caches.hashNodes().stream()
                .collect(Collectors.toMap(n -> n.getMetadata().getName(), Function.identity()));
        known.keySet().stream()
                .filter(n -> !nodes.contains(n))
                .forEach(n -> background.latest("HashNode " + n, () -> delete(n)));
        for (Map.Entry<String, HashNodeStatus> entry : book.statuses().entrySet()) {
            String node = entry.getKey();
            HashNodeStatus status = entry.getValue();
            if (!nodes.contains(node)) {
                continue;
            }
            Written last = written.get(node);
            if (last != null && known.containsKey(node) && !last.isDue(status, nowMillis)) {
                someAreLate |= !last.status.equals(status);
                continue;
            }
            written.put(node, new Written(status, nowMillis));
            background.latest("HashNode " + node, () -> write(node, status, known.get(node)));
        }
    }

    /** Without a change in the cluster: writes what nodes have told since, if its time has come. */
    void catchUp(long nowMillis) {
        if (someAreLate || book.revision() != seenRevision) {
            refresh(nowMillis);
        }
    }

    /** Another replica may have written since. */
    void forget() {
        written.clear();
    }

    private static boolean matters(HashNodeStatus before, HashNodeStatus after) {
        return !Objects.equals(before.conditions(), after.conditions())
                || !Objects.equals(before.lastError(), after.lastError())
                || before.snapshotVersion() == null;
    }

    private void write(String node, HashNodeStatus status, @Nullable HashNode existing) {
        List<OwnerReference> owners = release.owners();
        if (existing == null || !existing.getMetadata().getOwnerReferences().equals(owners)) {
            HashNode object = named(node);
            object.getMetadata().setOwnerReferences(owners);
            client.resource(object).patch(Apply.OBJECT);
        }
        HashNode patch = named(node);
        patch.setStatus(status);
        client.resource(patch).subresource("status").patch(Apply.STATUS);
    }

    private void delete(String node) {
        client.resource(named(node)).delete();
    }

    private static HashNode named(String node) {
        HashNode object = new HashNode();
        object.setMetadata(new ObjectMetaBuilder().withName(node).build());
        return object;
    }
}

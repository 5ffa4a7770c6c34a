package dev.hashlb.operator.cluster;

import dev.hashlb.crds.v1alpha1.HashNode;
import dev.hashlb.crds.v1alpha1.HashNodeStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

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
    private final Caches caches;
    private final NodeBook book;
    private final Background background;
    private final Map<String, Written> written = new HashMap<>();

    HashNodes(KubernetesClient client, Caches caches, NodeBook book, Background background) {
        this.client = client;
        this.caches = caches;
        this.book = book;
        this.background = background;
    }

    /** Brings the objects up to date; does not wait. What matters is written at once, the rest after some seconds. */
    void refresh(long nowMillis) {
        Set<String> nodes =
                caches.nodes().stream().map(n -> n.getMetadata().getName()).collect(Collectors.toSet());
        Set<String> known =
                caches.hashNodes().stream().map(n -> n.getMetadata().getName()).collect(Collectors.toSet());
        known.stream()
                .filter(n -> !nodes.contains(n))
                .forEach(n -> background.latest("HashNode " + n, () -> delete(n)));
        for (Map.Entry<String, HashNodeStatus> entry : book.statuses().entrySet()) {
            String node = entry.getKey();
            HashNodeStatus status = entry.getValue();
            if (!nodes.contains(node)) {
                continue;
            }
            Written last = written.get(node);
            if (last != null && known.contains(node) && !last.isDue(status, nowMillis)) {
                continue;
            }
            written.put(node, new Written(status, nowMillis));
            background.latest("HashNode " + node, () -> write(node, status, known.contains(node)));
        }
    }

    /** Another replica may have written since. */
    void forget() {
        written.clear();
    }

    private static boolean matters(HashNodeStatus before, HashNodeStatus after) {
        return !Objects.equals(before.conditions(), after.conditions())
                || !Objects.equals(before.lastError(), after.lastError());
    }

    private void write(String node, HashNodeStatus status, boolean exists) {
        HashNode object = named(node);
        if (!exists) {
            try {
                client.resource(object).create();
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
            }
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

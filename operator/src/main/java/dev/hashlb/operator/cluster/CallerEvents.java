package dev.hashlb.operator.cluster;

import dev.hashlb.operator.push.RefusedCallers;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.InstantSource;

/** Callers that were refused though their token names a node: an event of that node. Others are in the log and the metrics only. */
public final class CallerEvents implements RefusedCallers, AutoCloseable {
    /** Where events of objects without a namespace are. */
    private static final String NAMESPACE = "default";

    private static final String REASON = "DataPlaneRefused";

    private final Background background = new Background();
    private final EventWriter events;

    public CallerEvents(KubernetesClient client, InstantSource clock) {
        this.events = new EventWriter(client, background, clock);
    }

    @Override
    public void refused(RefusedCaller caller) {
        caller.node()
                .ifPresent(node -> events.write(
                        // As the kubelet does: a node's events carry its name as UID.
                        new ObjectReferenceBuilder()
                                .withKind("Node")
                                .withName(node)
                                .withUid(node)
                                .build(),
                        NAMESPACE,
                        true,
                        REASON,
                        caller.reason() + ": " + caller.message() + " (from " + caller.remoteAddress() + ")"));
    }

    @Override
    public void close() {
        background.close();
    }
}

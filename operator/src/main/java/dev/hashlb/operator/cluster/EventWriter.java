package dev.hashlb.operator.cluster;

import dev.hashlb.core.select.Identity;
import dev.hashlb.crds.v1alpha1.Api;
import dev.hashlb.operator.model.PlanEvent;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Writes Kubernetes events. The same again, also by another replica, is the same object with a newer time. */
final class EventWriter {
    private static final String COMPONENT = "hashlb-operator";
    private static final int LONGEST_MESSAGE = 1024;

    private final KubernetesClient client;
    private final Background background;
    private final InstantSource clock;

    EventWriter(KubernetesClient client, Background background, InstantSource clock) {
        this.client = client;
        this.background = background;
        this.clock = clock;
    }

    void write(List<PlanEvent> events) {
        events.forEach(e -> write(
                new ObjectReferenceBuilder()
                        .withApiVersion(Api.GROUP + "/" + Api.VERSION)
                        .withKind("HashLoadBalancer")
                        .withNamespace(e.balancer().namespace())
                        .withName(e.balancer().name())
                        .withUid(e.uid())
                        .build(),
                e.balancer().namespace(),
                e.warning(),
                e.reason(),
                e.message()));
    }

    /** Writes an event about any object, into a namespace. */
    void write(ObjectReference about, String namespace, boolean warning, String reason, String message) {
        String cut = message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE);
        String hash = Long.toHexString(Identity.hash(about.getUid() + "/" + reason + "/" + cut));
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        Event event = new EventBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(about.getName() + "." + hash)
                .endMetadata()
                .withInvolvedObject(about)
                .withType(warning ? "Warning" : "Normal")
                .withReason(reason)
                .withMessage(cut)
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .withNewSource()
                .withComponent(COMPONENT)
                .endSource()
                .withReportingComponent(COMPONENT)
                .build();
        background.latest("event " + event.getMetadata().getName(), () -> create(event));
    }

    private void create(Event event) {
        try {
            client.v1().events().resource(event).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            // What the apply does not name stays: when it was so first. A merge patch would read the event before, a
            // right more.
            client.resource(new EventBuilder(event)
                            .withFirstTimestamp(null)
                            .withCount(null)
                            .build())
                    .patch(Apply.OBJECT);
        }
    }
}

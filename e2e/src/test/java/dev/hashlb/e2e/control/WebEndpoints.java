package dev.hashlb.e2e.control;

import dev.hashlb.e2e.lab.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The endpoints of the Service web, written as Kubernetes' controller does: one slice of each family, one after the other. A pod of the
 * lab that comes back does so as another pod, with a UID of its own.
 */
final class WebEndpoints {
    static final String SERVICE = "web";

    /** What the slices say of a pod. */
    private enum State {
        NOT_READY,
        READY,
        TERMINATING
    }

    private record Entry(String podName, String uid, State state) {}

    private final ClusterObjects objects;
    private final Map<Pod, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> resourceVersions = new HashMap<>();
    private int podsMade;

    WebEndpoints(ClusterObjects objects) {
        this.objects = objects;
    }

    /** Makes a pod that is not ready; {@link #write} tells. */
    WebEndpoints create(Pod pod) {
        String name = SERVICE + "-" + pod.name() + "-" + ++podsMade;
        String uid = objects.pod(ClusterObjects.NAMESPACE, name, pod.node(), "default")
                .getMetadata()
                .getUid();
        entries.put(pod, new Entry(name, uid, State.NOT_READY));
        return this;
    }

    /** The lab's pod of a Kubernetes pod's name. */
    static String labPod(String podName) {
        return podName.substring(SERVICE.length() + 1, podName.lastIndexOf('-'));
    }

    WebEndpoints ready(Pod pod) {
        return set(pod, State.READY);
    }

    WebEndpoints terminating(Pod pod) {
        return set(pod, State.TERMINATING);
    }

    private WebEndpoints set(Pod pod, State state) {
        entries.computeIfPresent(pod, (p, entry) -> new Entry(entry.podName(), entry.uid(), state));
        return this;
    }

    WebEndpoints remove(Pod pod) {
        Entry gone = entries.remove(pod);
        objects.admin()
                .pods()
                .inNamespace(ClusterObjects.NAMESPACE)
                .withName(gone.podName())
                .withGracePeriod(0)
                .delete();
        return this;
    }

    Collection<Pod> pods() {
        return List.copyOf(entries.keySet());
    }

    String uid(Pod pod) {
        return entries.get(pod).uid();
    }

    /** The UIDs of those that are ready. */
    Set<String> readyUids() {
        Set<String> uids = new TreeSet<>();
        entries.values().stream().filter(e -> e.state() == State.READY).forEach(e -> uids.add(e.uid()));
        return uids;
    }

    /** Has the API server know. */
    void write() {
        write("IPv4", Pod::ipv4);
        write("IPv6", Pod::ipv6);
    }

    private void write(String family, Function<Pod, String> address) {
        List<Endpoint> endpoints = entries.entrySet().stream()
                .map(e -> endpoint(e.getKey(), e.getValue(), address))
                .toList();
        EndpointSlice slice = new EndpointSliceBuilder()
                .withNewMetadata()
                .withName(SERVICE + "-" + family.toLowerCase(Locale.ROOT))
                .withNamespace(ClusterObjects.NAMESPACE)
                .withResourceVersion(resourceVersions.get(family))
                .addToLabels("kubernetes.io/service-name", SERVICE)
                .endMetadata()
                .withAddressType(family)
                .withEndpoints(endpoints)
                .build();
        var resource = objects.admin().resource(slice);
        EndpointSlice written = resourceVersions.containsKey(family) ? resource.update() : resource.create();
        resourceVersions.put(family, written.getMetadata().getResourceVersion());
    }

    private static Endpoint endpoint(Pod pod, Entry entry, Function<Pod, String> address) {
        return new EndpointBuilder()
                .withAddresses(address.apply(pod))
                .withNodeName(pod.node())
                .withNewTargetRef()
                .withKind("Pod")
                .withNamespace(ClusterObjects.NAMESPACE)
                .withName(entry.podName())
                .withUid(entry.uid())
                .endTargetRef()
                .withNewConditions()
                .withReady(entry.state() == State.READY)
                .withServing(entry.state() != State.NOT_READY)
                .withTerminating(entry.state() == State.TERMINATING)
                .endConditions()
                .build();
    }
}

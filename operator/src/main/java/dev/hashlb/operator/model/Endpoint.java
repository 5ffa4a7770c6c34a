package dev.hashlb.operator.model;

import dev.hashlb.core.address.IpAddress;
import java.util.List;
import java.util.Map;

/**
 * One endpoint of one EndpointSlice.
 *
 * @param name the pod's name; empty if it is no pod
 * @param podUid the pod's UID; empty if it is no pod
 * @param node the node's name; empty if it has none
 * @param addresses of the slice's family
 * @param ready the endpoint's condition, true if it is left out
 * @param terminating the endpoint's condition
 * @param ports the slice's ports by name, the Service's one
 */
public record Endpoint(
        String name,
        String podUid,
        String node,
        List<IpAddress> addresses,
        boolean ready,
        boolean terminating,
        Map<String, Integer> ports) {
    public Endpoint {
        addresses = List.copyOf(addresses);
        ports = Map.copyOf(ports);
    }

    /** The same, as if it were not ready. */
    Endpoint notReady() {
        return new Endpoint(name, podUid, node, addresses, false, terminating, ports);
    }

    /** Whether it should get new flows. A terminating pod never does, even where its Service publishes pods that are not ready. */
    public boolean takesNewFlows() {
        return ready && !terminating;
    }
}

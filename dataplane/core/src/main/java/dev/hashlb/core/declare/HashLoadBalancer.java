package dev.hashlb.core.declare;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The document {@code HashLoadBalancer}: a balancer, the same in Kubernetes and outside it. */
public record HashLoadBalancer(
        @Nullable Metadata metadata, @Nullable Spec spec) implements Document {

    /**
     * @param addresses the VIPs
     * @param ports at least one
     * @param serviceName in Kubernetes: the Service whose EndpointSlices are the servers; outside it ignored
     * @param selector in Kubernetes, in place of {@code serviceName}: the servers' labels; outside it ignored
     * @param return_ the way of replies; in the document without the underscore, which Java's keyword needs
     * @param sourceRanges who may come in, as prefixes; everybody if left out
     * @param ping whether the VIPs answer ICMP echo
     * @param undeclaredPorts {@code Reject} or {@code Drop}
     */
    public record Spec(
            @Nullable List<@Nullable String> addresses,
            @Nullable List<@Nullable Port> ports,
            @Nullable String serviceName,
            @Nullable Map<String, String> selector,
            @Nullable Hash hash,
            @Nullable Ingress ingress,
            @Nullable Return return_,
            @Nullable List<@Nullable String> sourceRanges,
            @Nullable Boolean ping,
            @Nullable String undeclaredPorts) {}

    /**
     * @param protocol {@code TCP} or {@code UDP}
     * @param targetPort the server's port; as {@code port} if left out
     * @param delivery {@code Address} or {@code Nat}
     */
    public record Port(
            @Nullable String name,
            @Nullable String protocol,
            @Nullable Long port,
            @Nullable TargetPort targetPort,
            @Nullable String delivery) {}

    /**
     * @param fields {@code FiveTuple} or {@code SourceAndService}
     * @param table {@code Modulo} or {@code Stable}
     */
    public record Hash(
            @Nullable String fields,
            @Nullable String table,
            @Nullable Long buckets) {}

    /**
     * @param mode {@code AnyNode} or {@code SelfSelect}
     * @param fields as in {@link Hash}, to choose a router; with {@code SelfSelect} or {@code Gateway} only
     * @param table likewise
     */
    public record Ingress(
            @Nullable String mode,
            @Nullable String fields,
            @Nullable String table) {}

    /**
     * @param mode {@code Direct}, {@code Node} or {@code Gateway}
     * @param egress prefixes to which servers open connections that take the same way; with {@code Gateway} only
     */
    public record Return(@Nullable String mode, @Nullable List<@Nullable String> egress) {}
}

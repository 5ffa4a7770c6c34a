package dev.hashlb.e2e.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The documents of one balancer, as a person would write them; what is not set is not written, so that the defaults are
 * the data plane's.
 */
public final class BalancerDocuments {
    private final String name;
    private final List<String> addresses = new ArrayList<>();
    private final List<String> ports = new ArrayList<>();
    private final List<String> spec = new ArrayList<>();
    private final List<String> servers = new ArrayList<>();
    private String generation = "";

    BalancerDocuments(String name) {
        this.name = name;
    }

    /** Adds the IPv4 and the IPv6 VIP of a number from 0 to 199. */
    public BalancerDocuments vip(int number) {
        return address(Topology.vipIpv4(number)).address(Topology.vipIpv6(number));
    }

    public BalancerDocuments address(String vip) {
        addresses.add('"' + vip + '"');
        return this;
    }

    /** A port with the protocol's default delivery. */
    public BalancerDocuments port(String protocol, int port, int targetPort) {
        return port(protocol, port, targetPort, Optional.empty());
    }

    public BalancerDocuments port(String protocol, int port, int targetPort, String delivery) {
        return port(protocol, port, targetPort, Optional.of(delivery));
    }

    private BalancerDocuments port(String protocol, int port, int targetPort, Optional<String> delivery) {
        ports.add("{protocol: " + protocol + ", port: " + port + ", targetPort: " + targetPort
                + delivery.map(d -> ", delivery: " + d).orElse("") + "}");
        return this;
    }

    public BalancerDocuments hash(String fields, String table) {
        return spec("hash: {fields: " + fields + ", table: " + table + "}");
    }

    /** Adds a line of the spec, such as {@code return: {mode: Node}}. */
    public BalancerDocuments spec(String line) {
        spec.add(line);
        return this;
    }

    public BalancerDocuments server(Pod pod) {
        return server(pod, "");
    }

    /** @param more further fields, such as {@code weight: 2, joined: 3}; may be empty */
    public BalancerDocuments server(Pod pod, String more) {
        return server(pod.name(), pod, more);
    }

    /** A server of another name than its pod: one pod may be the server of several entries' balancers. */
    public BalancerDocuments server(String serverName, Pod pod, String more) {
        servers.add("{name: " + serverName + ", node: " + pod.node() + ", netns: " + pod.namespace()
                + (more.isEmpty() ? "" : ", " + more) + "}");
        return this;
    }

    /** The number of the list, whose servers all have {@code joined}. */
    public BalancerDocuments generation(long number) {
        generation = "generation: " + number + "\n";
        return this;
    }

    public BalancerDocuments servers(List<Pod> pods) {
        pods.forEach(this::server);
        return this;
    }

    String yaml() {
        return head("HashLoadBalancer")
                + "spec:\n"
                + "  addresses: [" + String.join(", ", addresses) + "]\n"
                + "  ports:\n" + list(ports, "    ")
                + "  serviceName: " + name + "\n"
                + spec.stream().map(line -> "  " + line + "\n").collect(Collectors.joining())
                + "---\n"
                + head("StaticServers")
                + generation
                + (servers.isEmpty() ? "servers: []\n" : "servers:\n" + list(servers, "  "));
    }

    private String head(String kind) {
        return Stream.of(
                        "apiVersion: hashlb.dev/v1alpha1",
                        "kind: " + kind,
                        "metadata: {name: " + name + ", namespace: default}")
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    private static String list(List<String> items, String indent) {
        return items.stream().map(item -> indent + "- " + item + "\n").collect(Collectors.joining());
    }
}

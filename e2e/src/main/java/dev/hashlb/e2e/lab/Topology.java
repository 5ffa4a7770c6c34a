package dev.hashlb.e2e.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who is in a lab and with which addresses.
 *
 * <pre>
 * client ── client's router ──wan── gateway ──┬── r1, r2 …   routers
 * 192.0.2.7…              10.8.0.0/30         └── n1, n2 …   nodes, each with pods 10.244.i.0/24
 *                                        LAN 10.9.0.0/24
 * </pre>
 *
 * The wan link can be made narrow; the gateway is who routes the VIPs to a router.
 */
public final class Topology {
    public static final String GATEWAY_IPV4 = "10.9.0.254";
    static final String GATEWAY_IPV6 = "fd00:9::fe";
    static final String VIPS_IPV4 = "198.51.100.0/24";
    static final String VIPS_IPV6 = "2001:db8:51::/64";

    private final String id;
    private final List<LabNode> nodes;
    private final int clientAddresses;

    private Topology(String id, List<LabNode> nodes, int clientAddresses) {
        this.id = id;
        this.nodes = List.copyOf(nodes);
        this.clientAddresses = clientAddresses;
    }

    /** Namespaces of this lab begin with it and a hyphen. */
    public String id() {
        return id;
    }

    public List<LabNode> nodes() {
        return nodes;
    }

    public List<Pod> pods() {
        return nodes.stream().flatMap(n -> n.pods().stream()).toList();
    }

    public LabNode node(String name) {
        return nodes.stream()
                .filter(n -> n.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LabException("the lab has no node " + name));
    }

    public Pod pod(String name) {
        return pods().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LabException("the lab has no pod " + name));
    }

    public String clientNamespace() {
        return id + "-client";
    }

    /** The router on the client's side of the wan link. */
    public String clientRouterNamespace() {
        return id + "-edge";
    }

    /** The router on the nodes' side of the wan link. */
    public String gatewayNamespace() {
        return id + "-gw";
    }

    /** Holds the bridge that is the nodes' LAN. */
    public String switchNamespace() {
        return id + "-lan";
    }

    /** The client's addresses, in pairs of one number. */
    public List<String> clientIpv4() {
        return numbered("192.0.2.", 7, clientAddresses);
    }

    public List<String> clientIpv6() {
        return numbered("2001:db8:c::", 7, clientAddresses);
    }

    /** The VIP of a number from 0 to 199. */
    public static String vipIpv4(int number) {
        return "198.51.100." + (10 + number);
    }

    public static String vipIpv6(int number) {
        return "2001:db8:51::" + (10 + number);
    }

    List<String> namespaces() {
        return Stream.concat(
                        Stream.of(clientNamespace(), clientRouterNamespace(), gatewayNamespace(), switchNamespace()),
                        Stream.concat(
                                nodes.stream().map(LabNode::namespace),
                                pods().stream().map(Pod::namespace)))
                .toList();
    }

    private static List<String> numbered(String prefix, int first, int count) {
        return Stream.iterate(first, i -> i + 1)
                .limit(count)
                .map(i -> prefix + i)
                .toList();
    }

    /** Says which nodes and pods there are. */
    public static final class Builder {
        private record Declared(String name, boolean router, int pods, PodNetwork podNetwork) {}

        private final List<Declared> declared = new ArrayList<>();
        private int clientAddresses = 4;

        /** A router without pods. */
        public Builder router(String name) {
            return router(name, 0);
        }

        /** A router that hosts pods as well. */
        public Builder router(String name, int pods) {
            declared.add(new Declared(name, true, pods, PodNetwork.GATEWAY_ON_VETH));
            return this;
        }

        /** A node that is no router. */
        public Builder node(String name, int pods) {
            return node(name, pods, PodNetwork.GATEWAY_ON_VETH);
        }

        public Builder node(String name, int pods, PodNetwork podNetwork) {
            declared.add(new Declared(name, false, pods, podNetwork));
            return this;
        }

        /** How many addresses of each family the client has, 1 to 200; 4 by default. */
        public Builder clientAddresses(int count) {
            clientAddresses = count;
            return this;
        }

        Topology build(String id) {
            List<LabNode> nodes = new ArrayList<>();
            for (Declared node : declared) {
                nodes.add(node(id, nodes.size() + 1, node));
            }
            return new Topology(id, nodes, clientAddresses);
        }

        private static LabNode node(String id, int number, Declared node) {
            List<Pod> pods = new ArrayList<>();
            for (int i = 1; i <= node.pods(); i++) {
                String name = node.name() + "p" + i;
                pods.add(new Pod(
                        name,
                        node.name(),
                        id + "-" + name,
                        "10.244." + number + "." + (i + 1),
                        "fd00:244:" + number + "::" + (i + 1),
                        "veth" + i));
            }
            return new LabNode(
                    node.name(),
                    id + "-" + node.name(),
                    "10.9.0." + number,
                    "fd00:9::" + number,
                    node.router(),
                    node.podNetwork(),
                    pods);
        }
    }
}

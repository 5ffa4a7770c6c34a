package dev.hashlb.e2e.lab;

import static dev.hashlb.e2e.lab.Topology.GATEWAY_IPV4;
import static dev.hashlb.e2e.lab.Topology.GATEWAY_IPV6;

import java.util.ArrayList;
import java.util.List;

/**
 * The commands that make a topology real, in batches of {@code ip}: a process for each command would take most of the time
 * that a lab needs.
 */
final class Wiring {
    /**
     * What systemd sets on a Debian node and a new namespace inherits: reverse-path filtering is loose on every device. Each
     * kernel's own default is none, which would hide what HashLB has to mend.
     */
    private static final String LOOSE_REVERSE_PATH_FILTER =
            "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do case $f in */all/*) ;; *) echo 2 > $f;; esac; done\n";

    /**
     * Linux's own default, whatever the host has: with bbr, each connection has a timer that paces it. A host whose default is another one may
     * forbid it to namespaces (tcp_allowed_congestion_control); reno is always allowed, and paces nothing either.
     */
    private static final String UNPACED =
            "for c in cubic reno; do ! echo $c > /proc/sys/net/ipv4/tcp_congestion_control || break; done 2> /dev/null\n";

    /**
     * A pod's kernel asks for its gateway by the link-local address, which duplicate address detection (RFC 4862) keeps it from for up to two seconds:
     * what a server answers then is a second late. A container runtime's CNI plugin waits for that before the pod's programs begin; here there is nobody
     * else on the link.
     */
    private static final String LINK_LOCAL_AT_ONCE = "echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad\n";

    private static final String FORWARDING =
            "echo 1 > /proc/sys/net/ipv4/ip_forward\necho 1 > /proc/sys/net/ipv6/conf/all/forwarding\n";

    private final Topology topology;

    Wiring(Topology topology) {
        this.topology = topology;
    }

    /** All namespaces and all links between them, for one {@code ip -batch} in the namespace of the caller. */
    String namespacesAndLinks() {
        List<String> lines = new ArrayList<>();
        topology.namespaces().forEach(name -> lines.add("netns add " + name));
        lines.add(veth("eth0", topology.clientNamespace(), "lan", topology.clientRouterNamespace()));
        lines.add(veth("wan", topology.clientRouterNamespace(), "wan", topology.gatewayNamespace()));
        lines.add(veth("lan", topology.gatewayNamespace(), "gw", topology.switchNamespace()));
        for (LabNode node : topology.nodes()) {
            lines.add(veth("eth0", node.namespace(), node.name(), topology.switchNamespace()));
            node.pods().forEach(pod -> lines.add(podLink(node, pod)));
        }
        return batch(lines);
    }

    /** The link of a pod whose namespace is there. */
    static String podLink(LabNode node, Pod pod) {
        return veth("eth0", pod.namespace(), pod.nodeDevice(), node.namespace());
    }

    /** A shell script for each namespace, by namespace. */
    List<Script> scripts() {
        List<Script> scripts = new ArrayList<>();
        scripts.add(client());
        scripts.add(clientRouter());
        scripts.add(gateway());
        scripts.add(lan());
        for (LabNode node : topology.nodes()) {
            scripts.add(node(node));
            node.pods().forEach(pod -> scripts.add(pod(node, pod)));
        }
        return scripts;
    }

    /** What to run in a namespace: settings by a shell, then lines for {@code ip -batch}. */
    record Script(String namespace, String settings, List<String> ip) {
        String text() {
            return settings + "ip -batch - <<'END'\n" + batch(ip) + "END\n";
        }
    }

    private Script client() {
        List<String> ip = new ArrayList<>(up("lo", "eth0"));
        topology.clientIpv4().forEach(a -> ip.add(address(a + "/24", "eth0")));
        topology.clientIpv6().forEach(a -> ip.add(address(a + "/64", "eth0")));
        ip.addAll(defaults("192.0.2.1", "2001:db8:c::1"));
        return new Script(topology.clientNamespace(), LOOSE_REVERSE_PATH_FILTER + UNPACED, ip);
    }

    private Script clientRouter() {
        List<String> ip = new ArrayList<>(up("lo", "lan", "wan"));
        ip.addAll(addresses("lan", "192.0.2.1/24", "2001:db8:c::1/64"));
        ip.addAll(addresses("wan", "10.8.0.1/30", "fd00:8::1/64"));
        ip.addAll(defaults("10.8.0.2", "fd00:8::2"));
        return new Script(topology.clientRouterNamespace(), FORWARDING, ip);
    }

    private Script gateway() {
        List<String> ip = new ArrayList<>(up("lo", "lan", "wan"));
        ip.addAll(addresses("lan", GATEWAY_IPV4 + "/24", GATEWAY_IPV6 + "/64"));
        ip.addAll(addresses("wan", "10.8.0.2/30", "fd00:8::2/64"));
        ip.add("route add 192.0.2.0/24 via 10.8.0.1");
        ip.add("route add 2001:db8:c::/64 via fd00:8::1");
        topology.nodes().forEach(node -> ip.addAll(podSubnetRoutes(node)));
        // A redirect would teach nodes the way to one router, and the lab moves VIPs from one to another.
        String settings = FORWARDING
                + "for f in /proc/sys/net/ipv4/conf/*/send_redirects; do echo 0 > $f; done\n"
                + "echo 1 > /proc/sys/net/ipv4/fib_multipath_hash_policy\n"
                + "echo 1 > /proc/sys/net/ipv6/fib_multipath_hash_policy\n";
        return new Script(topology.gatewayNamespace(), settings, ip);
    }

    private Script lan() {
        List<String> ip = new ArrayList<>(List.of("link add br0 type bridge", "link set br0 up"));
        ip.add("link set gw master br0 up");
        topology.nodes().forEach(node -> ip.add("link set " + node.name() + " master br0 up"));
        // A switch looks at no IP: where the kernel has br_netfilter, each frame would pass the rules and the conntrack
        // of a router here.
        String settings = "for f in /proc/sys/net/bridge/bridge-nf-call-*; do [ ! -e $f ] || echo 0 > $f; done\n";
        return new Script(topology.switchNamespace(), settings, ip);
    }

    /** The link of one more host to the nodes' LAN; the device's name at the switch is {@code host} and the number. */
    String lanHostLink(String namespace, int number) {
        return veth("host" + number, topology.switchNamespace(), "eth0", namespace);
    }

    static Script lanHost(String namespace, int number) {
        List<String> ip = new ArrayList<>(up("lo", "eth0"));
        ip.addAll(addresses("eth0", "10.9.0." + number + "/24", "fd00:9::" + number + "/64"));
        return new Script(namespace, "", ip);
    }

    private Script node(LabNode node) {
        List<String> ip = new ArrayList<>(up("lo", "eth0"));
        ip.addAll(addresses("eth0", node.ipv4() + "/24", node.ipv6() + "/64"));
        ip.addAll(defaults(GATEWAY_IPV4, GATEWAY_IPV6));
        node.pods().forEach(pod -> ip.addAll(nodeSideOfPod(node, pod)));
        topology.nodes().stream()
                .filter(other -> !other.equals(node))
                .forEach(other -> ip.addAll(podSubnetRoutes(other)));
        return new Script(node.namespace(), LOOSE_REVERSE_PATH_FILTER + FORWARDING + proxyArp(node), ip);
    }

    private static String proxyArp(LabNode node) {
        if (node.podNetwork() != PodNetwork.PROXY_ARP) {
            return "";
        }
        StringBuilder settings = new StringBuilder();
        node.pods()
                .forEach(pod -> settings.append("echo 1 > /proc/sys/net/ipv4/conf/")
                        .append(pod.nodeDevice())
                        .append("/proxy_arp\n"));
        return settings.toString();
    }

    static List<String> nodeSideOfPod(LabNode node, Pod pod) {
        List<String> ip = new ArrayList<>(up(pod.nodeDevice()));
        if (node.podNetwork() == PodNetwork.GATEWAY_ON_VETH) {
            ip.addAll(addresses(pod.nodeDevice(), gatewayIpv4(pod) + "/32", gatewayIpv6(pod) + "/128"));
        } else {
            ip.add(address("fe80::1/64", pod.nodeDevice()));
        }
        ip.add("route add " + pod.ipv4() + " dev " + pod.nodeDevice());
        ip.add("route add " + pod.ipv6() + " dev " + pod.nodeDevice());
        return ip;
    }

    static Script pod(LabNode node, Pod pod) {
        List<String> ip = new ArrayList<>(up("lo", "eth0"));
        ip.addAll(addresses("eth0", pod.ipv4() + "/32", pod.ipv6() + "/128"));
        boolean gatewayOnVeth = node.podNetwork() == PodNetwork.GATEWAY_ON_VETH;
        String ipv4 = gatewayOnVeth ? gatewayIpv4(pod) : "169.254.1.1";
        String ipv6 = gatewayOnVeth ? gatewayIpv6(pod) : "fe80::1";
        ip.add("route add " + ipv4 + " dev eth0 scope link");
        if (gatewayOnVeth) {
            ip.add("route add " + ipv6 + " dev eth0");
        }
        ip.add("route add default via " + ipv4 + " dev eth0");
        ip.add("route add default via " + ipv6 + " dev eth0");
        return new Script(pod.namespace(), LOOSE_REVERSE_PATH_FILTER + UNPACED + LINK_LOCAL_AT_ONCE, ip);
    }

    private static List<String> podSubnetRoutes(LabNode node) {
        if (node.pods().isEmpty()) {
            return List.of();
        }
        Pod pod = node.pods().getFirst();
        return List.of(
                "route add " + subnetIpv4(pod) + "0/24 via " + node.ipv4(),
                "route add " + subnetIpv6(pod) + ":/64 via " + node.ipv6());
    }

    private static String subnetIpv4(Pod pod) {
        return pod.ipv4().substring(0, pod.ipv4().lastIndexOf('.') + 1);
    }

    private static String subnetIpv6(Pod pod) {
        return pod.ipv6().substring(0, pod.ipv6().lastIndexOf(':'));
    }

    private static String gatewayIpv4(Pod pod) {
        return subnetIpv4(pod) + "1";
    }

    private static String gatewayIpv6(Pod pod) {
        return subnetIpv6(pod) + ":1";
    }

    private static String veth(String name, String namespace, String peer, String peerNamespace) {
        return "link add " + name + " netns " + namespace + " type veth peer name " + peer + " netns " + peerNamespace;
    }

    private static List<String> up(String... devices) {
        return List.of(devices).stream().map(d -> "link set " + d + " up").toList();
    }

    private static List<String> addresses(String device, String ipv4, String ipv6) {
        return List.of(address(ipv4, device), address(ipv6, device));
    }

    private static String address(String address, String device) {
        // Without nodad an IPv6 address would be of no use for its first second.
        return "addr add " + address + " dev " + device + (address.contains(":") ? " nodad" : "");
    }

    private static List<String> defaults(String ipv4, String ipv6) {
        return List.of("route add default via " + ipv4, "route add default via " + ipv6);
    }

    static String batch(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }
}

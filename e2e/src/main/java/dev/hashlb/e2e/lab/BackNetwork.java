package dev.hashlb.e2e.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * A network behind a lab's routers with one host on it, the target:
 *
 * <pre>
 * gateway ──LAN 10.9.0.0/24── r1, r2 … ──10.66.0.0/24── target
 *             .253                          .254      .100
 * </pre>
 *
 * The gateway's route to it, and the target's to everywhere, point to addresses that no host has: routers answer for them.
 */
public final class BackNetwork {
    public static final String PREFIX_IPV4 = "10.66.0.0/24";
    public static final String PREFIX_IPV6 = "fd00:66::/64";
    public static final String TARGET_IPV4 = "10.66.0.100";
    public static final String TARGET_IPV6 = "fd00:66::100";
    /** Where the gateway's routes point. */
    public static final List<String> FRONT_GATEWAYS = List.of("10.9.0.253", "fd00:9::fd");
    /** Where the target's routes point. */
    public static final List<String> BACK_GATEWAYS = List.of("10.66.0.254", "fd00:66::fe");

    /** The routers' device on it. */
    public static final String DEVICE = "eth1";

    private final Lab lab;

    private BackNetwork(Lab lab) {
        this.lab = lab;
    }

    /** Connects all routers of a lab to it. */
    public static BackNetwork connect(Lab lab) {
        BackNetwork network = new BackNetwork(lab);
        network.build();
        return network;
    }

    private void build() {
        String bridge = lab.topology().id() + "-back";
        List<String> links = new ArrayList<>(List.of("netns add " + bridge, "netns add " + targetNamespace()));
        List<String> bridged = new ArrayList<>(List.of("link add br0 type bridge", "link set br0 up"));
        links.add(veth("eth0", targetNamespace(), "target", bridge));
        bridged.add("link set target master br0 up");
        for (LabNode router : routers()) {
            links.add(veth(DEVICE, router.namespace(), router.name(), bridge));
            bridged.add("link set " + router.name() + " master br0 up");
        }
        batch(List.of("ip", "-batch", "-"), links);
        inNamespace(bridge, bridged);
        for (LabNode router : routers()) {
            String number = router.ipv4().substring(router.ipv4().lastIndexOf('.') + 1);
            inNamespace(router.namespace(), address(DEVICE, "10.66.0." + number, "fd00:66::" + number));
        }
        List<String> target = new ArrayList<>(address("eth0", TARGET_IPV4, TARGET_IPV6));
        target.add("link set lo up");
        BACK_GATEWAYS.forEach(gateway -> target.add("route add default via " + gateway));
        inNamespace(targetNamespace(), target);
        inNamespace(
                lab.topology().gatewayNamespace(),
                List.of(
                        "route add " + PREFIX_IPV4 + " via " + FRONT_GATEWAYS.getFirst(),
                        "route add " + PREFIX_IPV6 + " via " + FRONT_GATEWAYS.getLast()));
    }

    public String targetNamespace() {
        return lab.topology().id() + "-target";
    }

    /** The target as servers know their host. */
    public Pod target() {
        return new Pod("target", "", targetNamespace(), TARGET_IPV4, TARGET_IPV6, "");
    }

    private List<LabNode> routers() {
        return lab.topology().nodes().stream().filter(LabNode::router).toList();
    }

    private static String veth(String name, String namespace, String peer, String peerNamespace) {
        return "link add " + name + " netns " + namespace + " type veth peer name " + peer + " netns " + peerNamespace;
    }

    private static List<String> address(String device, String ipv4, String ipv6) {
        return List.of(
                "link set " + device + " up",
                "addr add " + ipv4 + "/24 dev " + device,
                "addr add " + ipv6 + "/64 dev " + device + " nodad");
    }

    private static void inNamespace(String namespace, List<String> lines) {
        batch(List.of("ip", "-n", namespace, "-batch", "-"), lines);
    }

    private static void batch(List<String> command, List<String> lines) {
        Command.run(String.join("\n", lines) + "\n", command);
    }
}

package dev.hashlb.e2e.suite;

import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.BackNetwork;
import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.Declaration;
import dev.hashlb.e2e.lab.FrameCapture;
import dev.hashlb.e2e.lab.FrameCapture.Framed;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.suite.Client.Ends;
import dev.hashlb.e2e.traffic.EchoServersProcess;
import dev.hashlb.e2e.traffic.PacketSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** r1 to r3 before a {@link BackNetwork}, which is the destination of a router group, and n1 with a pod. Shared by the classes that need it. */
final class GroupLab {
    static final List<String> TARGETS = List.of(BackNetwork.TARGET_IPV4, BackNetwork.TARGET_IPV6);
    static final String GROUP_MAC = "03:48:4c:42:00:01";
    /** How many addresses the routers answer for. */
    static final int GATEWAYS = 4;
    /** Where the target says who asks. */
    static final int PORT = 8080;
    /** Where the target's echo server is. */
    static final int ECHO_PORT = 7;

    private static GroupLab shared;

    private final Cluster cluster = Cluster.open(
            t -> t.router("r1").router("r2").router("r3").node("n1", 1).clientAddresses(16), true, "--announce");
    private final BackNetwork back = BackNetwork.connect(cluster.lab());
    private final RandomEnds random = new RandomEnds(cluster.lab().topology(), 5252);
    /** Routers by the MAC addresses of their devices on either side. */
    private final Map<String, String> routersByMac = new HashMap<>();

    private final SystemState before;

    private GroupLab() {
        cluster.lab().closeWithLab(new PodServers().tcp(back.target(), PORT).udp(back.target(), PORT));
        cluster.lab().closeWithLab(EchoServersProcess.start()).listen("target", back.targetNamespace(), ECHO_PORT);
        for (LabNode node : cluster.lab().topology().nodes()) {
            if (node.router()) {
                routersByMac.put(PacketSocket.macOf(node.namespace(), "eth0"), node.name());
                routersByMac.put(PacketSocket.macOf(node.namespace(), BackNetwork.DEVICE), node.name());
            }
        }
        before = SystemState.of(cluster.lab());
    }

    /** With whatever data planes the test before left running. */
    static synchronized GroupLab shared() {
        if (shared == null) {
            shared = new GroupLab();
        }
        return shared;
    }

    Cluster cluster() {
        return cluster;
    }

    BackNetwork back() {
        return back;
    }

    String gatewayNamespace() {
        return cluster.lab().topology().gatewayNamespace();
    }

    /** All that a data plane may change, before any ran. */
    SystemState before() {
        return before;
    }

    /** The router that a frame came from. */
    String router(Framed packet) {
        return routersByMac.get(packet.mac());
    }

    List<Ends> flows(String address, int port, int count) {
        return random.next(address, port, count);
    }

    /** Declares the group; returns when all routers agree about it, and its neighbours know the gateways. */
    void declare(String fields, String table) {
        declare(d -> d, fields, table, GATEWAYS);
    }

    /** @param answeredFor gateways and VIPs of which each router answers for */
    void declare(UnaryOperator<Declaration> more, String fields, String table, int answeredFor) {
        List<String> gateways = Stream.of(BackNetwork.FRONT_GATEWAYS, BackNetwork.BACK_GATEWAYS)
                .flatMap(List::stream)
                .toList();
        cluster.dataPlanes().forEach((name, plane) -> {
            if (!plane.isAlive()) {
                cluster.start(name);
            }
        });
        cluster.declare(d -> more.apply(d)
                .routerGroup(
                        "back",
                        "destinations: " + list(List.of(BackNetwork.PREFIX_IPV4, BackNetwork.PREFIX_IPV6))
                                + ", gateways: " + list(gateways)
                                + ", hash: {fields: " + fields + ", table: " + table + "}"));
        awaitRouters(3, answeredFor);
        for (String target : TARGETS) { // neighbours are known from here on
            await().atMost(Cluster.SOON).until(() -> cluster.client().pings(target));
        }
    }

    private static String list(List<String> addresses) {
        return addresses.stream().map(a -> '"' + a + '"').collect(Collectors.joining(", ", "[", "]"));
    }

    /** Waits until all routers that run know of so many that live, agree, and answer for so many addresses. */
    void awaitRouters(int alive, int answeredFor) {
        await().atMost(Cluster.SOON.multipliedBy(2))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> cluster.dataPlanes().values().stream()
                        .filter(plane -> plane.isAlive() && plane.node().router())
                        .map(DataPlaneProcess::metrics)
                        .allMatch(m -> m.sum("hashlb_routers_alive") == alive
                                && m.sum("hashlb_routers_agreed") == 1
                                && m.sum("hashlb_announced_vips") == answeredFor));
    }

    interface Traffic {
        void run() throws IOException;
    }

    /** What routers put on the network behind them, and on the LAN. */
    record Seen(List<Framed> atTarget, List<Framed> atGateway) {
        List<Framed> to(Predicate<Framed> which) {
            return atTarget.stream().filter(which).toList();
        }

        List<Framed> from(Predicate<Framed> which) {
            return atGateway.stream().filter(which).toList();
        }
    }

    Seen seenDuring(Traffic traffic) throws IOException, InterruptedException {
        try (var target = new FrameCapture(back.targetNamespace());
                var gateway = new FrameCapture(gatewayNamespace())) {
            traffic.run();
            return new Seen(byRouters(target), byRouters(gateway));
        }
    }

    private List<Framed> byRouters(FrameCapture capture) throws InterruptedException {
        return capture.framed().stream()
                .filter(f -> routersByMac.containsKey(f.mac()))
                .toList();
    }

    /**
     * What is wrong with the packets of one direction of a flow; empty if nothing.
     *
     * @param named the router that all must come from
     * @param hops the TTL or hop limit that all must have
     * @param count how many there must be; 0 for any number but none
     */
    List<String> wrong(String what, List<Framed> packets, String named, int hops, int count) {
        List<String> routers = packets.stream().map(this::router).distinct().toList();
        boolean allOfThem = count == 0 ? !packets.isEmpty() : packets.size() == count;
        boolean right =
                routers.equals(List.of(named)) && allOfThem && packets.stream().allMatch(f -> f.hops() == hops);
        return right
                ? List.of()
                : List.of(what + ": named " + named + ", " + packets.size() + " packets by " + routers + " with hops "
                        + packets.stream().map(Framed::hops).distinct().toList());
    }
}

package dev.hashlb.e2e.bench.candidate;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Lab;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Pod;
import java.util.List;

/**
 * The path that all candidates share, the shortest there is, so that nothing dilutes what they cost: a client on the nodes' own
 * LAN, whose packets for the VIP go to router r1, which has a pod that nothing goes to; node n1 with one pod, which answers to the client over n1 without r1.
 */
public final class BenchPath implements AutoCloseable {
    /** The VIP that every candidate serves. */
    public static final String VIP = "198.51.100.10";

    /** TCP: iperf3's port. */
    public static final int BULK_PORT = 5201;
    /** TCP: one byte, then the server closes. */
    public static final int CONNECT_PORT = 7001;
    /** TCP: what is sent comes back. */
    public static final int ECHO_PORT = 7002;
    /** UDP: counted and dropped. */
    public static final int SINK_PORT = 7003;

    public static final List<Integer> TCP_PORTS = List.of(BULK_PORT, CONNECT_PORT, ECHO_PORT);

    public static final String CLIENT_ADDRESS = "10.9.0.200";

    private final Lab lab;
    private final LabNode router;
    private final LabNode node;
    private final Pod pod;
    private final String client;

    private BenchPath(Lab lab) {
        this.lab = lab;
        this.router = lab.topology().node("r1");
        this.node = lab.topology().node("n1");
        this.pod = node.pods().getFirst();
        this.client = lab.topology().id() + "-near";
    }

    /** How packets cross the nodes' LAN. */
    public enum Lan {
        /** As virtual machines of one host exchange them: a super-packet of 64 KiB is one packet all the way. */
        SUPER_PACKETS,
        /** As on a wire: cut to the MTU where they are sent, joined again (GRO) where they are received. */
        FRAMES
    }

    /** Builds the path; it needs root. */
    public static BenchPath open(Lan lan) {
        return open(lan, 1);
    }

    /** The same with more routers, r2 and so on, beside the one of the path. */
    public static BenchPath open(Lan lan, int routers) {
        BenchPath path = new BenchPath(Lab.open(topology -> {
            topology.router("r1", 1).node("n1", 1);
            for (int i = 2; i <= routers; i++) {
                topology.router("r" + i);
            }
            return topology;
        }));
        try {
            path.connectClient();
            path.settings();
            if (lan == Lan.FRAMES) {
                path.cutToFrames();
            }
        } catch (RuntimeException e) {
            path.close();
            throw e;
        }
        return path;
    }

    private void connectClient() {
        String lan = lab.topology().id() + "-lan";
        ip("netns add " + client + "\nlink add eth0 netns " + client + " type veth peer name near netns " + lan + "\n");
        ipIn(lan, "link set near master br0 up\n");
        ipIn(
                client,
                "link set lo up\nlink set eth0 up\naddr add " + CLIENT_ADDRESS + "/24 dev eth0\nroute add " + VIP
                        + " via " + router.ipv4() + "\n");
    }

    /** A tight loop of connections runs out of ports, and its TIME_WAIT sockets would weigh on the next candidate. */
    private void settings() {
        for (String namespace : List.of(client, router.namespace(), pod.namespace())) {
            shell(namespace, """
                    echo 1024 65535 > /proc/sys/net/ipv4/ip_local_port_range
                    echo 512 > /proc/sys/net/ipv4/tcp_max_tw_buckets
                    """);
        }
        // The client, the router and the node share a LAN: the router would tell the client to go past it.
        shell(router.namespace(), "for f in /proc/sys/net/ipv4/conf/*/send_redirects; do echo 0 > $f; done\n");
    }

    private void cutToFrames() {
        for (String namespace : List.of(client, router.namespace(), node.namespace())) {
            shell(namespace, "ethtool -K eth0 tso off gso off tx-udp-segmentation off gro on\n");
        }
    }

    public Lab lab() {
        return lab;
    }

    public LabNode router() {
        return router;
    }

    public LabNode node() {
        return node;
    }

    public Pod pod() {
        return pod;
    }

    /** The client's network namespace. */
    public String clientNamespace() {
        return client;
    }

    /** Runs lines for {@code ip -batch} inside a namespace. */
    public static void ipIn(String namespace, String batch) {
        Command.run(batch, List.of("ip", "-n", namespace, "-batch", "-"));
    }

    private static void ip(String batch) {
        Command.run(batch, List.of("ip", "-batch", "-"));
    }

    /** Runs a shell script inside a namespace. */
    public static void shell(String namespace, String script) {
        Command.run(script, Command.inNamespace(namespace, List.of("sh", "-e")));
    }

    @Override
    public void close() {
        lab.close();
    }
}

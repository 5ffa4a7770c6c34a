package dev.hashlb.e2e.suite;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.Declaration;
import dev.hashlb.e2e.lab.PodNetwork;
import dev.hashlb.e2e.lab.TunnelCapture;
import dev.hashlb.e2e.lab.TunnelCapture.Carried;
import dev.hashlb.e2e.oracle.Oracle;
import dev.hashlb.e2e.oracle.OracleServer;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The cluster of what routers are chosen for: r1 to r3 without pods, n1 and n2 with two each, so that every packet shows in the tunnel who handled
 * it. Shared by the classes that need it.
 */
final class ThreeRouters {
    static final List<String> NAMES = List.of("r1", "r2", "r3");

    private static final int ANSWER_WITHIN_MS = 10_000;

    private static ThreeRouters shared;

    private final Cluster cluster = Cluster.open(
            t -> t.router("r1")
                    .router("r2")
                    .router("r3")
                    .node("n1", 2)
                    .node("n2", 2, PodNetwork.PROXY_ARP)
                    .clientAddresses(64),
            true);
    private boolean echoes;
    private final RandomEnds random = new RandomEnds(cluster.lab().topology(), 2611);

    /** With every data plane running, if any ran before. */
    static synchronized ThreeRouters shared() {
        if (shared == null) {
            shared = new ThreeRouters();
        }
        return shared;
    }

    Cluster cluster() {
        return cluster;
    }

    /** Has echo servers run in the pods, for connections that last. */
    synchronized void serveEcho() {
        if (!echoes) {
            EchoPods.start(cluster);
            echoes = true;
        }
    }

    List<Ends> flows(String vip, int count) {
        return random.next(vip, 80, count);
    }

    /**
     * Declares a balancer of all pods, TCP and UDP on port 80, and TCP on that of the echo servers.
     *
     * @param spec lines of the spec
     */
    void declare(String... spec) {
        cluster.declare(d -> balancer(d, spec));
        awaitAllAlive();
    }

    Declaration balancer(Declaration declaration, String... spec) {
        return declaration.balancer("web", b -> {
            b.vip(0).port("TCP", 80, Cluster.TARGET_PORT).port("UDP", 80, Cluster.TARGET_PORT);
            b.port("TCP", EchoPods.PORT, EchoPods.TARGET_PORT);
            List.of(spec).forEach(b::spec);
            cluster.pods().forEach(pod -> b.server(pod, "addresses: [\"" + pod.ipv4() + "\", \"" + pod.ipv6() + "\"]"));
        });
    }

    /** Waits until all routers live, as every data plane sees it, and they agree about it. */
    private void awaitAllAlive() {
        await().atMost(Cluster.SOON.multipliedBy(2))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> cluster.dataPlanes().values().stream()
                        .map(DataPlaneProcess::metrics)
                        .allMatch(m ->
                                m.sum("hashlb_routers_alive") == NAMES.size() && m.sum("hashlb_routers_agreed") == 1));
    }

    /** Who handles flows, by an independent implementation of docs/calculation.md. */
    static Oracle oracle(String fields, String table) {
        List<OracleServer> routers =
                NAMES.stream().map(name -> new OracleServer(name, name, 1)).toList();
        return table.equals("Modulo") ? Oracle.modulo(fields, routers) : Oracle.stable(fields, 16381, routers);
    }

    String address(String node) {
        return cluster.node(node).ipv4();
    }

    /** Runs something, and returns all that the tunnel carried to and from the nodes with pods meanwhile, by its ends. */
    Map<Ends, List<Carried>> carriedDuring(Traffic traffic) throws IOException, InterruptedException {
        try (var first = new TunnelCapture(cluster.node("n1").namespace());
                var second = new TunnelCapture(cluster.node("n2").namespace())) {
            traffic.run();
            Map<Ends, List<Carried>> byEnds = new HashMap<>();
            for (TunnelCapture capture : List.of(first, second)) {
                byEnds.putAll(capture.carried().stream()
                        .collect(Collectors.groupingBy(c -> new Ends(c.source(), c.destination()))));
            }
            return byEnds;
        }
    }

    private void askOnce(Ends ends) throws IOException {
        try (DatagramChannel socket = cluster.client().udp(ends)) {
            socket.write(ByteBuffer.wrap("who".getBytes(US_ASCII)));
            socket.socket().setSoTimeout(ANSWER_WITHIN_MS);
            socket.socket().receive(new DatagramPacket(new byte[1024], 1024));
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer to the datagram of " + ends, e);
        }
    }

    interface Traffic {
        void run() throws IOException;
    }

    /** Asks over a connection or by one datagram each; nothing may be lost. */
    void ask(List<Ends> datagrams, List<Ends> connections) throws IOException {
        for (Ends ends : datagrams) {
            askOnce(ends);
        }
        for (Ends ends : connections) {
            cluster.client().askTcp(ends);
        }
    }
}

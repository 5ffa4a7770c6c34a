package dev.hashlb.e2e.bench.continuity;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Lab;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.lab.Sockets;
import dev.hashlb.e2e.lab.Topology;
import dev.hashlb.e2e.traffic.EchoServersProcess;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;

/** Three routers, of which the gateway spreads flows over some, and two nodes with five pods each, all of which serve. */
final class ContinuityLab implements AutoCloseable {
    static final String VIP = Topology.vipIpv4(0);
    /** Of the VIP and of the pods alike. */
    static final int PORT = 7007;

    private final Lab lab;

    private ContinuityLab(Lab lab) {
        this.lab = lab;
    }

    /** Builds it; it needs root. */
    static ContinuityLab open() {
        ContinuityLab opened = new ContinuityLab(Lab.open(
                t -> t.router("r1").router("r2").router("r3").node("n1", 5).node("n2", 5)));
        try {
            EchoServersProcess servers = opened.lab.closeWithLab(EchoServersProcess.start());
            opened.pods().forEach(pod -> servers.listen(pod.name(), pod.namespace(), PORT));
            return opened;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    Lab lab() {
        return lab;
    }

    List<Pod> pods() {
        return lab.topology().pods();
    }

    List<LabNode> routers() {
        return lab.topology().nodes().stream().filter(LabNode::router).toList();
    }

    String clientNamespace() {
        return lab.topology().clientNamespace();
    }

    static List<InetSocketAddress> service() {
        return List.of(Sockets.at(VIP, PORT));
    }

    /** Has flows spread over these routers. */
    void routeTo(String... routers) {
        lab.routeVipsTo(Stream.of(routers).map(lab.topology()::node).toArray(LabNode[]::new));
    }

    /** Runs a shell script in a namespace. */
    static void shell(String namespace, String script) {
        Command.run(script, Command.inNamespace(namespace, List.of("sh", "-e")));
    }

    @Override
    public void close() {
        lab.close();
    }
}

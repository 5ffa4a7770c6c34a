package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.lab.Sockets;
import dev.hashlb.e2e.traffic.EchoServersProcess;
import java.net.InetSocketAddress;
import java.util.List;

/** An echo server in every pod of a cluster beside its plain one, all in one process; each has its pod's name. */
final class EchoPods {
    /** The port of the VIPs that leads to them. */
    static final int PORT = 7;

    static final int TARGET_PORT = 7007;

    private final Cluster cluster;
    private final EchoServersProcess servers;

    private EchoPods(Cluster cluster, EchoServersProcess servers) {
        this.cluster = cluster;
        this.servers = servers;
    }

    static EchoPods start(Cluster cluster) {
        EchoPods pods = none(cluster);
        cluster.pods().forEach(pods::serve);
        return pods;
    }

    /** With no server yet. */
    static EchoPods none(Cluster cluster) {
        return new EchoPods(cluster, cluster.lab().closeWithLab(EchoServersProcess.start()));
    }

    void serve(Pod pod) {
        serve(pod.name(), pod);
    }

    /** Starts a server of another name than its pod's. */
    void serve(String server, Pod pod) {
        servers.listen(server, pod.namespace(), TARGET_PORT);
    }

    /** The server's process takes no more connections. */
    void refuse(String server) {
        servers.refuse(server);
    }

    /** The server's process ends: its kernel tells the clients. */
    void end(String server) {
        servers.end(server);
    }

    /** The pod is gone in one moment, its link first: nobody hears that its sockets close. */
    void vanish(String server, Pod pod) {
        cluster.lab().removePod(pod);
        cluster.stopServer(pod);
        servers.end(server);
    }

    /** Makes a vanished pod's namespace anew, with its plain server, but no echo server. */
    void comeBack(Pod pod) {
        cluster.lab().returnPod(pod);
        cluster.startServer(pod);
    }

    /** What a client connects to: both families' first VIP. */
    static List<InetSocketAddress> services() {
        return Vips.both().stream().map(vip -> Sockets.at(vip, PORT)).toList();
    }
}

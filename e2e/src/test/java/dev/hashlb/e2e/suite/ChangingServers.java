package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.lab.Declaration;
import dev.hashlb.e2e.lab.Pod;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A balancer on the first VIP whose servers change, in a cluster of its own: two routers, ten pods. */
final class ChangingServers {
    private static final String NAME = "web";

    private final Cluster cluster;
    private final String delivery;
    private final boolean udp;
    private final ServerLedger ledger = new ServerLedger();

    /** @param delivery of the TCP ports, 80 and {@link EchoPods#PORT}; UDP has 53 and its default */
    ChangingServers(Cluster cluster, String delivery) {
        this(cluster, delivery, true);
    }

    private ChangingServers(Cluster cluster, String delivery, boolean udp) {
        this.cluster = cluster;
        this.delivery = delivery;
        this.udp = udp;
        cluster.lab().routeVipsTo(cluster.node("r1"));
    }

    /** Without UDP, by whose default the servers' kernels would track all connections, those of TCP too. */
    static ChangingServers withTcpOnly(Cluster cluster, String delivery) {
        return new ChangingServers(cluster, delivery, false);
    }

    static Cluster cluster() {
        return Cluster.open(
                t -> t.router("r1").router("r2", 2).node("n1", 4).node("n2", 4).clientAddresses(16), true);
    }

    /** From now on the first so many pods take new flows, and those that did before drain; all data planes forward so. */
    void serve(int servers) {
        ledger.serve(first(servers));
        cluster.declare(this::declare);
    }

    /** As {@link #serve}, but leaves it to the data planes when they forward so. */
    void publish(int servers) {
        ledger.serve(first(servers));
        cluster.publish(this::declare);
    }

    /** Waits until all data planes that run forward by the list. */
    void awaitForwarded() {
        cluster.awaitGeneration(NAME, ledger.newest());
    }

    void remove(Pod pod) {
        ledger.remove(pod.name());
        cluster.declare(this::declare);
    }

    /** Those that serve where so many do: of each node one, then another, as a scheduler spreads them; those of routers last. */
    List<Pod> first(int servers) {
        return spread(cluster).subList(0, servers);
    }

    private static List<Pod> spread(Cluster cluster) {
        Map<String, List<Pod>> ofNodes =
                new TreeMap<>(cluster.pods().stream().collect(Collectors.groupingBy(Pod::node)));
        List<Pod> spread = new ArrayList<>();
        for (int i = 0; spread.size() < cluster.pods().size(); i++) {
            for (List<Pod> pods : ofNodes.values()) { // n1, n2, r1, r2
                if (i < pods.size()) {
                    spread.add(pods.get(i));
                }
            }
        }
        return spread;
    }

    Set<String> firstNames(int servers) {
        return first(servers).stream().map(Pod::name).collect(Collectors.toSet());
    }

    /** Opens so many connections, half to each family's VIP. */
    void open(OpenConnections open, int count) throws IOException {
        for (String vip : Vips.both()) {
            open.open(cluster.client(), vip, 80, count / 2);
        }
    }

    private void declare(Declaration declaration) {
        declaration.balancer(NAME, balancer -> {
            balancer.vip(0)
                    .port("TCP", 80, Cluster.TARGET_PORT, delivery)
                    .port("TCP", EchoPods.PORT, EchoPods.TARGET_PORT, delivery);
            if (udp) {
                balancer.port("UDP", 53, Cluster.TARGET_PORT);
            }
            ledger.declare(balancer);
        });
    }
}

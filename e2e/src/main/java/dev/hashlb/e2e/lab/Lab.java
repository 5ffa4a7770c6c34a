package dev.hashlb.e2e.lab;

import static dev.hashlb.e2e.lab.Topology.VIPS_IPV4;
import static dev.hashlb.e2e.lab.Topology.VIPS_IPV6;

import dev.hashlb.agent.linux.Capabilities;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A topology that is up. It needs root; touches nothing outside its own namespaces and a temporary folder; is gone after
 * {@link #close()}, when the JVM ends, or, if that was killed, when the next lab is opened. Several can be up side by side.
 */
public final class Lab implements AutoCloseable {
    private static final AtomicInteger OPENED = new AtomicInteger();
    /** docs/ingress.md. */
    private static final String SHARED_MAC = "03:48:4c:42:00:01";

    private static final int SHARED_VIPS = 4;

    private final Topology topology;
    private final Path directory;
    private final List<AutoCloseable> started = new ArrayList<>();
    private final Thread closeAtExit = new Thread(this::close, "lab-close");
    private boolean closed;

    private Lab(Topology topology, Path directory) {
        this.topology = topology;
        this.directory = directory;
    }

    /**
     * Builds a lab.
     *
     * @throws LabException if this process is not root, or the kernel refuses something
     */
    public static Lab open(UnaryOperator<Topology.Builder> declaration) {
        return open(declaration, Leftovers.labId(OPENED.getAndIncrement()));
    }

    /** Builds a lab that may be {@linkplain #keep kept}: the next lab does not take it for a dead one's leftovers. */
    public static Lab openToKeep(UnaryOperator<Topology.Builder> declaration) {
        return open(declaration, Leftovers.keptLabId());
    }

    private static Lab open(UnaryOperator<Topology.Builder> declaration, String id) {
        requireRoot();
        Leftovers.clean();
        Topology topology = declaration.apply(new Topology.Builder()).build(id);
        try {
            Lab lab = new Lab(topology, Leftovers.createDirectory(id));
            Runtime.getRuntime().addShutdownHook(lab.closeAtExit);
            lab.build();
            return lab;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes the labs that were kept, and returns their ids. */
    public static List<String> removeKept() {
        requireRoot();
        return Leftovers.removeKept();
    }

    /** The capabilities that a lab needs and this process does not have; namespaces, devices and mounts take them. */
    public static List<Capabilities.Needed> missingCapabilities() {
        try {
            return Capabilities.ofThisThread().missing();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requireRoot() {
        List<Capabilities.Needed> missing = missingCapabilities();
        if (!missing.isEmpty()) {
            throw new LabException("the lab makes network namespaces and needs root; these capabilities are missing: "
                    + missing + "; run it as root");
        }
    }

    private void build() {
        try {
            Wiring wiring = new Wiring(topology);
            Command.run(wiring.namespacesAndLinks(), List.of("ip", "-batch", "-"));
            CompletableFuture.allOf(wiring.scripts().stream()
                            .map(script -> CompletableFuture.runAsync(() -> run(script)))
                            .toArray(CompletableFuture[]::new))
                    .join();
            routers().findFirst().ifPresent(this::routeVipsTo);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static void run(Wiring.Script script) {
        Command.run(script.text(), Command.inNamespace(script.namespace(), List.of("sh", "-e")));
    }

    public Topology topology() {
        return topology;
    }

    /** A folder for files of this lab; removed with it. */
    public Path directory() {
        return directory;
    }

    private Stream<LabNode> routers() {
        return topology.nodes().stream().filter(LabNode::router);
    }

    /** Makes the gateway send the packets for all VIPs to these routers, spread over them by flow if there are several. */
    public void routeVipsTo(LabNode... routers) {
        StringBuilder ipv4 = new StringBuilder("route replace " + VIPS_IPV4);
        StringBuilder ipv6 = new StringBuilder("route replace " + VIPS_IPV6);
        for (LabNode router : routers) {
            ipv4.append(" nexthop via ").append(router.ipv4());
            ipv6.append(" nexthop via ").append(router.ipv6());
        }
        Command.run(ipv4 + "\n" + ipv6 + "\n", List.of("ip", "-n", topology.gatewayNamespace(), "-batch", "-"));
    }

    /**
     * Makes the gateway send the packets for the first VIPs to all routers at once, by the frame address that routers of {@code SelfSelect}
     * VIPs answer with.
     */
    public void routeVipsToAllRouters() {
        StringBuilder lines =
                new StringBuilder("route replace " + VIPS_IPV4 + " dev lan\nroute replace " + VIPS_IPV6 + " dev lan\n");
        for (int i = 0; i < SHARED_VIPS; i++) {
            for (String vip : List.of(Topology.vipIpv4(i), Topology.vipIpv6(i))) {
                lines.append("neigh replace ")
                        .append(vip)
                        .append(" lladdr ")
                        .append(SHARED_MAC)
                        .append(" dev lan nud permanent\n");
            }
        }
        Command.run(lines.toString(), List.of("ip", "-n", topology.gatewayNamespace(), "-batch", "-"));
    }

    /** Makes the gateway look for VIPs on the nodes' LAN itself, by ARP and Neighbor Discovery: nobody tells it a router. */
    public void seekVipsOnTheLan() {
        String routes = "route replace " + VIPS_IPV4 + " dev lan\nroute replace " + VIPS_IPV6 + " dev lan\n";
        Command.run(routes, List.of("ip", "-n", topology.gatewayNamespace(), "-batch", "-"));
    }

    /**
     * Adds a host to the nodes' LAN that has no route but to the LAN itself.
     *
     * @param number the last part of its addresses, 100 to 199
     * @return its namespace
     */
    public String addLanHost(int number) {
        String namespace = topology.id() + "-host" + number;
        String link = new Wiring(topology).lanHostLink(namespace, number);
        Command.run("netns add " + namespace + "\n" + link + "\n", List.of("ip", "-batch", "-"));
        String port = "host" + number;
        Command.run("", List.of("ip", "-n", topology.switchNamespace(), "link", "set", port, "master", "br0", "up"));
        run(Wiring.lanHost(namespace, number));
        return namespace;
    }

    /** Sets the MTU of the link between the client's router and the gateway: a bottleneck that neither end can see. */
    public void setWanMtu(int mtuBytes) {
        for (String namespace : List.of(topology.clientRouterNamespace(), topology.gatewayNamespace())) {
            Command.run("", List.of("ip", "-n", namespace, "link", "set", "wan", "mtu", Integer.toString(mtuBytes)));
        }
    }

    /** Takes a pod away as a CNI and a container runtime do: first its link, then its network namespace. */
    public void removePod(Pod pod) {
        String node = topology.node(pod.node()).namespace();
        Command.run("", List.of("ip", "-n", node, "link", "del", pod.nodeDevice()));
        Command.run("", List.of("ip", "netns", "del", pod.namespace()));
    }

    /** Makes the namespace of a removed pod anew, under the same name and addresses. */
    public void returnPod(Pod pod) {
        LabNode node = topology.node(pod.node());
        Command.run(
                "netns add " + pod.namespace() + "\n" + Wiring.podLink(node, pod) + "\n", List.of("ip", "-batch", "-"));
        String settings = node.podNetwork() == PodNetwork.PROXY_ARP
                ? "echo 1 > /proc/sys/net/ipv4/conf/" + pod.nodeDevice() + "/proxy_arp\n"
                : "";
        run(new Wiring.Script(node.namespace(), settings, Wiring.nodeSideOfPod(node, pod)));
        run(Wiring.pod(node, pod));
    }

    /** Has something closed before the namespaces go. */
    public <T extends AutoCloseable> T closeWithLab(T resource) {
        synchronized (started) {
            started.add(resource);
        }
        return resource;
    }

    /** Leaves the lab and its processes as they are when this JVM ends, and when it is closed. */
    public synchronized void keep() {
        closed = true;
        forgetExit();
    }

    /** Ends the processes of the lab and removes its namespaces and files. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        synchronized (started) {
            started.reversed().forEach(Lab::closeAndTell);
        }
        Leftovers.remove(topology.id());
        if (Thread.currentThread() != closeAtExit) {
            forgetExit();
        }
    }

    private void forgetExit() {
        try {
            Runtime.getRuntime().removeShutdownHook(closeAtExit);
        } catch (IllegalStateException e) {
            // The JVM is ending, and the hook will find the lab closed.
        }
    }

    /** One resource that cannot be closed must not leave the others behind. */
    private static void closeAndTell(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            System.err.println("lab: could not close " + resource + ": " + e);
        }
    }
}

package dev.hashlb.e2e.demo;

import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.Declaration;
import dev.hashlb.e2e.lab.HashlbProcess;
import dev.hashlb.e2e.lab.HttpGet;
import dev.hashlb.e2e.lab.Lab;
import dev.hashlb.e2e.lab.LabException;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.lab.Topology;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The demo's lab: routers, three nodes, six servers and one more that waits, each a process of its own. */
final class Stage implements AutoCloseable {
    static final int SERVERS = 6;
    private static final int VIP_PORT = 80;
    private static final int TARGET_PORT = 8080;
    private static final int CLIENT_ADDRESSES = 16;
    private static final long DEADLINE_NS = 60_000_000_000L;
    private static final long SEED = 42;

    private final Lab lab;
    private final Ways ways;
    private final Set<String> dead = new HashSet<>();
    private final Path file;
    private final Map<String, Pod> podByServer = new TreeMap<>();
    private final Map<String, DataPlaneProcess> dataPlanes = new LinkedHashMap<>();
    private final Map<String, Process> servers = new LinkedHashMap<>();

    private Stage(Lab lab, Ways ways) {
        this.lab = lab;
        this.ways = ways;
        this.file = lab.directory().resolve("hashlb.yaml");
        int number = 0;
        // Round the nodes, so that the one that waits is the third of its node.
        for (int i = 0; number <= SERVERS; i++) {
            Pod pod = lab.topology().pod("n" + (i % 3 + 1) + "p" + (i / 3 + 1));
            podByServer.put("web-" + number++, pod);
        }
    }

    static Stage open(boolean keep, Ways ways) {
        UnaryOperator<Topology.Builder> topology = t -> {
            for (int i = 1; i <= ways.routers(); i++) {
                t.router("r" + i);
            }
            return t.node("n1", 3).node("n2", 2).node("n3", 2).clientAddresses(CLIENT_ADDRESSES);
        };
        Stage stage = new Stage(keep ? Lab.openToKeep(topology) : Lab.open(topology), ways);
        if (ways.selfSelect()) {
            stage.lab.routeVipsToAllRouters();
        }
        return stage;
    }

    Ways ways() {
        return ways;
    }

    Lab lab() {
        return lab;
    }

    Path file() {
        return file;
    }

    /** Starts the HTTP servers, those that wait included. */
    void startServers() {
        podByServer.forEach((server, pod) -> {
            Path log = lab.directory().resolve(server + ".log");
            List<String> echo = List.of("echo", "--http-port", Integer.toString(TARGET_PORT), "--name", server);
            Process process = HashlbProcess.start(pod.namespace(), log, echo);
            lab.closeWithLab(() -> process.destroyForcibly().onExit().join());
            servers.put(server, process);
        });
    }

    void awaitServers() {
        servers.forEach((server, process) -> {
            Pod pod = pod(server);
            await("server " + server, () -> {
                if (!process.isAlive()) {
                    throw new LabException("server " + server + " ended; its log is "
                            + lab.directory().resolve(server + ".log"));
                }
                return HttpGet.from(pod.namespace(), pod.ipv4(), TARGET_PORT, "/")
                        .isPresent();
            });
        });
    }

    private Pod pod(String server) {
        return Optional.ofNullable(podByServer.get(server)).orElseThrow();
    }

    /** Declares the first servers to be the balancer's; data planes that run take it up. */
    void declareServers(int count) {
        Map<DataPlaneProcess, Double> before = new LinkedHashMap<>();
        dataPlanes.values().forEach(plane -> before.put(plane, snapshotVersion(plane)));
        Declaration declaration = Declaration.of(lab);
        dead.forEach(declaration::withoutRouter);
        declaration
                .balancer("web", b -> {
                    b.vip(0).port("TCP", VIP_PORT, TARGET_PORT);
                    if (ways.namesRouters()) {
                        b.spec("ingress: {mode: " + ways.ingress() + "}");
                    }
                    if (!ways.reply().equals("Direct")) {
                        b.spec("return: {mode: " + ways.reply() + "}");
                    }
                    podByServer.forEach((server, pod) -> {
                        if (serverNumber(server) < count) {
                            b.server(server, pod, "");
                        }
                    });
                })
                .write(file);
        before.forEach(
                (plane, version) -> await(plane + " to take the new file", () -> snapshotVersion(plane) > version));
    }

    private static int serverNumber(String server) {
        return Integer.parseInt(server.substring(server.indexOf('-') + 1));
    }

    private static double snapshotVersion(DataPlaneProcess plane) {
        return plane.metrics().sum("hashlb_snapshot_version");
    }

    void startDataPlanes() {
        lab.topology().nodes().forEach(node -> dataPlanes.put(node.name(), DataPlaneProcess.start(lab, node, file)));
    }

    void awaitDataPlanes() {
        dataPlanes.values().forEach(DataPlaneProcess::awaitReady);
    }

    /** Ends a router with SIGKILL; the VIPs are still routed to it, and the others' file still has it. */
    long killRouter(String name) {
        DataPlaneProcess plane = dataPlanes.remove(name);
        dead.add(name);
        if (plane == null) {
            throw new LabException("there is no router " + name);
        }
        plane.kill();
        return plane.pid();
    }

    /** The routers whose data planes run, with nothing for their nodes, as a tally has them. */
    Map<String, String> routers() {
        Map<String, String> routers = new TreeMap<>();
        lab.topology().nodes().stream()
                .filter(node -> node.router() && dataPlanes.containsKey(node.name()))
                .forEach(node -> routers.put(node.name(), ""));
        return routers;
    }

    void routeVipsTo(String router) {
        lab.routeVipsTo(lab.topology().node(router));
    }

    /** The node of each server of the first so many. */
    Map<String, String> nodeByServer(int count) {
        Map<String, String> nodes = new TreeMap<>();
        podByServer.forEach((server, pod) -> {
            if (serverNumber(server) < count) {
                nodes.put(server, pod.node());
            }
        });
        return nodes;
    }

    String clientNamespace() {
        return lab.topology().clientNamespace();
    }

    /** Flows to the VIP's two addresses, from all of the client's addresses and from ports by chance. */
    List<Flow> flows(int count) {
        var random = new SplittableRandom(SEED);
        return Stream.generate(() -> flow(random)).distinct().limit(count).toList();
    }

    private Flow flow(SplittableRandom random) {
        boolean ipv6 = random.nextBoolean();
        List<String> clients =
                ipv6 ? lab.topology().clientIpv6() : lab.topology().clientIpv4();
        // Below the ports that the kernel chooses itself.
        return new Flow(
                clients.get(random.nextInt(clients.size())),
                random.nextInt(2000, 32000),
                ipv6 ? Topology.vipIpv6(0) : Topology.vipIpv4(0),
                VIP_PORT);
    }

    /** How many namespaces and processes there are, for who wants to know beforehand. */
    List<String> processes() {
        List<String> names = new ArrayList<>(dataPlanes.keySet());
        names.addAll(podByServer.keySet());
        return names;
    }

    private static void await(String what, java.util.function.BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                throw new LabException("waited 60 s in vain for " + what);
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LabException("interrupted while waiting for " + what, e);
            }
        }
    }

    @Override
    public void close() {
        lab.close();
    }
}

package dev.hashlb.e2e.bench.candidate;

import static dev.hashlb.e2e.bench.candidate.BenchPath.SINK_PORT;

import dev.hashlb.e2e.lab.BalancerDocuments;
import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.Declaration;
import dev.hashlb.e2e.lab.LabNode;
import java.nio.file.Path;
import java.util.List;

/** HashLB as it is run: a data plane on the router and one on the node, tunnel tags on. */
public record HashLb(Servers servers) implements Candidate {
    /** What the list of servers asks of the owner chain. */
    public enum Servers {
        /** Nothing: by {@code Modulo} nobody but the slot's server is ever asked. What HashLB would be without chains. */
        UNCHAINED("HashLB, Modulo", 5211),
        /** Nothing now: by {@code Stable}, and no bucket has ever had another owner. */
        QUIET("HashLB", BenchPath.BULK_PORT),
        /**
         * All: every bucket has had another owner, a pod of the router that drains, so that the node asks the server's kernel about each
         * packet.
         */
        MOVED("HashLB, all buckets moved", 5221);

        private final String title;
        private final int bulkPort;

        Servers(String title, int bulkPort) {
            this.title = title;
            this.bulkPort = bulkPort;
        }

        /** As the report names it. */
        public String title() {
            return title;
        }

        /** Where iperf3's packets are for a balancer with such a list, if balancers of all kinds are there. */
        public int bulkPort() {
            return bulkPort;
        }
    }

    @Override
    public String name() {
        return servers.title;
    }

    @Override
    public boolean carriesUdp() {
        return true;
    }

    @Override
    public Running start(BenchPath path) {
        return start(path, declaration(path, servers));
    }

    /** Starts it with a balancer of each kind, each with its own {@link Servers#bulkPort}. */
    public static Running startAllKinds(BenchPath path) {
        Declaration declaration = Declaration.of(path.lab());
        for (Servers servers : Servers.values()) {
            int port = servers.bulkPort();
            declaration.balancer(
                    "bench-" + port, balancer -> list(balancer, path, servers).port("TCP", port, port));
        }
        return start(path, write(path, declaration));
    }

    private static Running start(BenchPath path, Path file) {
        DataPlaneProcess node = start(path, path.node(), file);
        DataPlaneProcess router = start(path, path.router(), file);
        node.awaitReady();
        router.awaitReady();
        return new Running(router, node);
    }

    /** The data planes while they run. */
    public record Running(DataPlaneProcess router, DataPlaneProcess node) implements Candidate.Running {
        @Override
        public List<Long> routerProcesses() {
            return List.of(router.pid());
        }

        /** Those of router and node. */
        public List<Long> processes() {
            return List.of(router.pid(), node.pid());
        }

        @Override
        public void close() {
            router.stop();
            node.stop();
        }
    }

    /** Starts the data plane of the router without waiting for it. */
    public static DataPlaneProcess startRouter(BenchPath path) {
        return start(path, path.router(), declaration(path, Servers.QUIET));
    }

    /** Starts the data plane of the pod's node without waiting for it. */
    public static DataPlaneProcess startNode(BenchPath path) {
        return start(path, path.node(), declaration(path, Servers.QUIET));
    }

    private static DataPlaneProcess start(BenchPath path, LabNode node, Path file) {
        return DataPlaneProcess.start(path.lab(), node, file, "--key-file", keyFile(path));
    }

    private static String keyFile(BenchPath path) {
        return HaProxy.write(path, "tunnel.key", "00112233445566778899aabbccddeeff\n");
    }

    private static Path declaration(BenchPath path, Servers servers) {
        return write(path, Declaration.of(path.lab()).balancer("bench", balancer -> {
            list(balancer, path, servers);
            BenchPath.TCP_PORTS.forEach(port -> balancer.port("TCP", port, port));
            balancer.port("UDP", SINK_PORT, SINK_PORT, "Address");
        }));
    }

    private static Path write(BenchPath path, Declaration declaration) {
        return declaration.write(path.lab().directory().resolve("bench.yaml"));
    }

    private static BalancerDocuments list(BalancerDocuments balancer, BenchPath path, Servers servers) {
        boolean moved = servers == Servers.MOVED;
        balancer.address(BenchPath.VIP).server(path.pod(), "joined: " + (moved ? 2 : 1));
        if (servers == Servers.UNCHAINED) {
            balancer.hash("FiveTuple", "Modulo");
        }
        return moved ? balancer.server(path.router().pods().getFirst(), "joined: 1, left: 2") : balancer;
    }
}

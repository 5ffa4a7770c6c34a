package dev.hashlb.e2e.bench.candidate;

import static dev.hashlb.e2e.bench.candidate.BenchPath.SINK_PORT;

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
        UNCHAINED("HashLB, Modulo"),
        /** Nothing now: by {@code Stable}, and no bucket has ever had another owner. */
        QUIET("HashLB"),
        /**
         * All: every bucket has had another owner, a pod of the router that drains, so that the node asks the server's kernel about each
         * packet.
         */
        MOVED("HashLB, all buckets moved");

        private final String title;

        Servers(String title) {
            this.title = title;
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
        DataPlaneProcess node = start(path, path.node(), servers);
        DataPlaneProcess router = start(path, path.router(), servers);
        node.awaitReady();
        router.awaitReady();
        return new Running() {
            @Override
            public List<Long> routerProcesses() {
                return List.of(router.pid());
            }

            @Override
            public void close() {
                router.stop();
                node.stop();
            }
        };
    }

    /** Starts the data plane of the router without waiting for it. */
    public static DataPlaneProcess startRouter(BenchPath path) {
        return start(path, path.router(), Servers.QUIET);
    }

    /** Starts the data plane of the pod's node without waiting for it. */
    public static DataPlaneProcess startNode(BenchPath path) {
        return start(path, path.node(), Servers.QUIET);
    }

    private static DataPlaneProcess start(BenchPath path, LabNode node, Servers servers) {
        return DataPlaneProcess.start(path.lab(), node, declaration(path, servers), "--key-file", keyFile(path));
    }

    private static String keyFile(BenchPath path) {
        return HaProxy.write(path, "tunnel.key", "00112233445566778899aabbccddeeff\n");
    }

    private static Path declaration(BenchPath path, Servers servers) {
        return Declaration.of(path.lab())
                .balancer("bench", balancer -> {
                    boolean moved = servers == Servers.MOVED;
                    balancer.address(BenchPath.VIP).server(path.pod(), "joined: " + (moved ? 2 : 1));
                    if (servers == Servers.UNCHAINED) {
                        balancer.hash("FiveTuple", "Modulo");
                    }
                    if (moved) {
                        balancer.server(path.router().pods().getFirst(), "joined: 1, left: 2");
                    }
                    BenchPath.TCP_PORTS.forEach(port -> balancer.port("TCP", port, port));
                    balancer.port("UDP", SINK_PORT, SINK_PORT, "Address");
                })
                .write(path.lab().directory().resolve("bench.yaml"));
    }
}

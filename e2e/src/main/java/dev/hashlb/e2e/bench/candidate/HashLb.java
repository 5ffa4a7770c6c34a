package dev.hashlb.e2e.bench.candidate;

import static dev.hashlb.e2e.bench.candidate.BenchPath.SINK_PORT;

import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.Declaration;
import java.nio.file.Path;
import java.util.List;

/** HashLB as it is run: a data plane on the router and one on the node, tunnel tags on. */
public final class HashLb implements Candidate {
    @Override
    public String name() {
        return "HashLB";
    }

    @Override
    public boolean carriesUdp() {
        return true;
    }

    @Override
    public Running start(BenchPath path) {
        DataPlaneProcess node = startNode(path);
        DataPlaneProcess router = startRouter(path);
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
        return DataPlaneProcess.start(path.lab(), path.router(), declaration(path), "--key-file", keyFile(path));
    }

    /** Starts the data plane of the pod's node without waiting for it. */
    public static DataPlaneProcess startNode(BenchPath path) {
        return DataPlaneProcess.start(path.lab(), path.node(), declaration(path), "--key-file", keyFile(path));
    }

    private static String keyFile(BenchPath path) {
        return HaProxy.write(path, "tunnel.key", "00112233445566778899aabbccddeeff\n");
    }

    private static Path declaration(BenchPath path) {
        return Declaration.of(path.lab())
                .balancer("bench", balancer -> {
                    balancer.address(BenchPath.VIP).server(path.pod());
                    BenchPath.TCP_PORTS.forEach(port -> balancer.port("TCP", port, port));
                    balancer.port("UDP", SINK_PORT, SINK_PORT, "Address");
                })
                .write(path.lab().directory().resolve("bench.yaml"));
    }
}

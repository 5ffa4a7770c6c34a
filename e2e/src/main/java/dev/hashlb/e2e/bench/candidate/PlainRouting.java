package dev.hashlb.e2e.bench.candidate;

import static dev.hashlb.e2e.bench.candidate.BenchPath.VIP;

import java.util.List;

/** No balancing: the VIP is the pod's, and router and node have a route to it. */
final class PlainRouting implements Candidate {
    @Override
    public String name() {
        return "plain routing";
    }

    @Override
    public boolean carriesUdp() {
        return true;
    }

    @Override
    public Running start(BenchPath path) {
        BenchPath.ipIn(path.pod().namespace(), "addr add " + VIP + "/32 dev lo\n");
        BenchPath.ipIn(
                path.node().namespace(),
                "route add " + VIP + " dev " + path.pod().nodeDevice() + "\n");
        BenchPath.ipIn(
                path.router().namespace(),
                "route add " + VIP + " via " + path.node().ipv4() + "\n");
        return new Running() {
            @Override
            public List<Long> routerProcesses() {
                return List.of();
            }

            @Override
            public void close() {
                BenchPath.ipIn(path.router().namespace(), "route del " + VIP + "\n");
                BenchPath.ipIn(path.node().namespace(), "route del " + VIP + "\n");
                BenchPath.ipIn(path.pod().namespace(), "addr del " + VIP + "/32 dev lo\n");
            }
        };
    }
}

package dev.hashlb.e2e.bench.candidate;

import static dev.hashlb.e2e.bench.candidate.BenchPath.VIP;

import java.util.List;

/** The kernel's own balancer of many clusters: destination translated and source masqueraded on the router, with conntrack. */
final class NftablesDnat implements Candidate {
    @Override
    public String name() {
        return "nftables DNAT";
    }

    @Override
    public boolean carriesUdp() {
        return true;
    }

    @Override
    public Running start(BenchPath path) {
        String router = path.router().namespace();
        String pod = path.pod().ipv4();
        BenchPath.shell(router, """
                nft -f - <<'END'
                table ip bench {
                  chain pre {
                    type nat hook prerouting priority -100
                    ip daddr %s dnat to %s
                  }
                  chain post {
                    type nat hook postrouting priority 100
                    ip daddr %s masquerade
                  }
                }
                END
                # So that one round's connections do not fill the table of the next.
                echo 1 > /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait
                """.formatted(VIP, pod, pod));
        return new Running() {
            @Override
            public List<Long> routerProcesses() {
                return List.of();
            }

            @Override
            public void close() {
                BenchPath.shell(router, "nft delete table ip bench\n");
            }
        };
    }
}

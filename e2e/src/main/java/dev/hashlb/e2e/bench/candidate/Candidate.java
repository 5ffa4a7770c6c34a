package dev.hashlb.e2e.bench.candidate;

import java.util.List;

/** One way to get packets from the client to the server. */
public interface Candidate {
    String name();

    /** Whether it is measured with UDP as well. */
    boolean carriesUdp();

    /** Sets its part of the path up; packets for the VIP reach the server when this returns. */
    Running start(BenchPath path);

    /** All candidates; the first of those that are measured is what the others are compared with. */
    static List<Candidate> all() {
        return List.of(
                new PlainRouting(),
                new HashLb(HashLb.Servers.UNCHAINED),
                new HashLb(HashLb.Servers.QUIET),
                new HashLb(HashLb.Servers.MOVED),
                new NftablesDnat(),
                new HaProxy(),
                new NginxStream());
    }

    /** A candidate that is set up. */
    interface Running extends AutoCloseable {
        /** The user processes that do its work on the router; none where the kernel does it. */
        List<Long> routerProcesses();

        /** Takes away what {@link Candidate#start} has set up. */
        @Override
        void close();
    }
}

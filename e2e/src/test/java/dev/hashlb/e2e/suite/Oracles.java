package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.oracle.OracleFlow;
import dev.hashlb.e2e.oracle.OracleServer;
import dev.hashlb.e2e.suite.Client.Ends;
import java.util.List;

/** What the oracle is asked about, from what a test has at hand. */
final class Oracles {
    static final int TCP = 6;
    static final int UDP = 17;

    private Oracles() {}

    static OracleFlow flow(Ends ends, int protocol) {
        return OracleFlow.of(
                ends.source().getAddress().getAddress(),
                ends.source().getPort(),
                ends.destination().getAddress().getAddress(),
                ends.destination().getPort(),
                protocol);
    }

    /** The servers of a static balancer in namespace default, named as their pods, each of weight 1. */
    static List<OracleServer> servers(String balancer, List<Pod> pods) {
        return pods.stream().map(pod -> server(balancer, pod, 1)).toList();
    }

    static OracleServer server(String balancer, Pod pod, int weight) {
        return new OracleServer(pod.name(), "default/" + balancer + "/" + pod.name(), weight);
    }
}

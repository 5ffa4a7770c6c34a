package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Pod;
import java.util.Collection;
import java.util.stream.Stream;

/** The TCP sockets that a kernel has, by their state as ss(8) names it. */
final class TcpSockets {
    private TcpSockets() {}

    /** Those of a pod's server. */
    static long count(Pod pod, String state) {
        return count(pod.namespace(), state, "sport", Cluster.TARGET_PORT);
    }

    static long count(Collection<Pod> pods, String state) {
        return pods.stream().mapToLong(pod -> count(pod, state)).sum();
    }

    /** @param end which end has the port: the namespace's, "sport", or the other, "dport" */
    static long count(String namespace, String state, String end, int port) {
        return list(namespace, state, end, port).count();
    }

    /** The client's ports. */
    static Stream<Integer> peerPorts(Pod pod, String state) {
        return list(pod.namespace(), state, "sport", Cluster.TARGET_PORT).map(TcpSockets::peerPort);
    }

    private static Stream<String> list(String namespace, String state, String end, int port) {
        return Command.runIn(namespace, "ss", "-Htan", "state", state, end, "=", ":" + port)
                .lines();
    }

    /** The last column of a line of ss(8) is the peer. */
    private static int peerPort(String line) {
        return Integer.parseInt(line.strip().replaceFirst(".*:", ""));
    }
}

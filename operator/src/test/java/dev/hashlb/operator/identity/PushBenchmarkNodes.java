package dev.hashlb.operator.identity;

import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Many data planes in one process, for {@link PushBenchmark}: each with its own certificate and connection, answering at once.
 * When a version has reached all of them, it prints the times of arrival on one line, as System.nanoTime, which on Linux is the same
 * clock in all processes. Arguments: port, number, file of the authorities.
 */
public final class PushBenchmarkNodes {
    private static final Map<Long, long[]> ARRIVALS = new HashMap<>();
    private static final Map<Long, Integer> COUNTS = new HashMap<>();

    private PushBenchmarkNodes() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        int count = Integer.parseInt(args[1]);
        List<X509Certificate> trusted = Pem.certificates(Files.readString(Path.of(args[2])));
        for (int i = 0; i < count; i++) {
            String name = "node-" + i;
            LoopbackNode node = new LoopbackNode(name, port, "of-" + name, trusted);
            node.onChange(change -> arrived(change, count));
            node.open(node.issue()).hello();
        }
        Thread.sleep(Long.MAX_VALUE);
    }

    private static synchronized void arrived(SnapshotChange change, int all) {
        long now = System.nanoTime();
        long[] times = ARRIVALS.computeIfAbsent(change.getVersion(), _ -> new long[all]);
        int count = COUNTS.merge(change.getVersion(), 1, Integer::sum);
        times[count - 1] = now;
        if (count == all) {
            System.out.println(
                    java.util.Arrays.stream(times).mapToObj(Long::toString).collect(Collectors.joining(" ")));
            ARRIVALS.remove(change.getVersion());
            COUNTS.remove(change.getVersion());
        }
    }
}

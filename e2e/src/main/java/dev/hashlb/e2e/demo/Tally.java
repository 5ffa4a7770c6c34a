package dev.hashlb.e2e.demo;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Where requests went beside where they were foretold to go; filled by many threads, read by the screen meanwhile. */
final class Tally {
    /** One server's line. */
    record Row(String server, String node, int foretold, int real, int agreeing) {
        boolean agrees() {
            return foretold == real && real == agreeing;
        }
    }

    private final Map<String, String> nodeByServer = new TreeMap<>();
    private final Map<String, Integer> foretold = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> real = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> agreeing = new ConcurrentHashMap<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger ownAddressSeen = new AtomicInteger();
    private final Collection<String> failures = new ConcurrentLinkedQueue<>();
    private final int expected;

    Tally(Map<String, String> nodeByServer, Map<Flow, String> foretoldServers) {
        this.nodeByServer.putAll(nodeByServer);
        foretoldServers.values().forEach(server -> foretold.merge(server, 1, Integer::sum));
        this.expected = foretoldServers.size();
    }

    void answered(Flow flow, String foretoldServer, HttpConnection.Answer answer) {
        real.computeIfAbsent(answer.server(), s -> new AtomicInteger()).incrementAndGet();
        if (answer.server().equals(foretoldServer)) {
            agreeing.computeIfAbsent(answer.server(), s -> new AtomicInteger()).incrementAndGet();
        }
        if (answer.clientAddress().equals(flow.clientAddress())) {
            ownAddressSeen.incrementAndGet();
        }
        answered.incrementAndGet();
    }

    void failed(Flow flow, String reason) {
        failures.add(flow.text() + ": " + reason);
    }

    List<Row> rows() {
        return nodeByServer.entrySet().stream()
                .map(server -> new Row(
                        server.getKey(),
                        server.getValue(),
                        foretold.getOrDefault(server.getKey(), 0),
                        count(real, server.getKey()),
                        count(agreeing, server.getKey())))
                .toList();
    }

    int expected() {
        return expected;
    }

    int answered() {
        return answered.get();
    }

    int agreeing() {
        return agreeing.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    int ownAddressSeen() {
        return ownAddressSeen.get();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Whether every single request was answered, by the server that was foretold, which saw the client's own address. */
    boolean good() {
        return failures.isEmpty() && agreeing() == expected && ownAddressSeen() == expected;
    }

    private static int count(Map<String, AtomicInteger> counts, String server) {
        AtomicInteger count = counts.get(server);
        return count == null ? 0 : count.get();
    }
}

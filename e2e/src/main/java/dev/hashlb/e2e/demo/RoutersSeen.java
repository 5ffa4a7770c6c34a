package dev.hashlb.e2e.demo;

import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Sockets;
import dev.hashlb.e2e.lab.Topology;
import dev.hashlb.e2e.lab.TunnelCapture;
import dev.hashlb.e2e.lab.TunnelCapture.Carried;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which router each flow really passed, from what the tunnel carried to and from the nodes with servers. */
final class RoutersSeen implements AutoCloseable {
    private record Ends(InetSocketAddress source, InetSocketAddress destination) {}

    private final Map<String, String> routerByAddress = new HashMap<>();
    private final List<TunnelCapture> captures = new ArrayList<>();

    /** Begins to look. */
    RoutersSeen(Topology topology) {
        for (LabNode node : topology.nodes()) {
            if (node.router()) {
                routerByAddress.put(node.ipv4(), node.name());
            } else {
                captures.add(new TunnelCapture(node.namespace()));
            }
        }
    }

    /** Fills two tallies with the routers of flows: of their requests, and of their replies. */
    void tell(Map<Flow, Foretold.Taker> foretold, Tally requests, Tally replies) throws InterruptedException {
        Map<Ends, Set<String>> from = new HashMap<>();
        Map<Ends, Set<String>> to = new HashMap<>();
        for (TunnelCapture capture : captures) {
            for (Carried c : capture.carried()) {
                Ends ends = new Ends(c.source(), c.destination());
                from.computeIfAbsent(ends, e -> new TreeSet<>()).add(routerByAddress.getOrDefault(c.from(), c.from()));
                to.computeIfAbsent(ends, e -> new TreeSet<>()).add(routerByAddress.getOrDefault(c.to(), c.to()));
            }
        }
        foretold.forEach((flow, taker) -> {
            InetSocketAddress client = Sockets.at(flow.clientAddress(), flow.clientPort());
            InetSocketAddress vip = Sockets.at(flow.vip(), flow.vipPort());
            tell(flow, taker, from.getOrDefault(new Ends(client, vip), Set.of()), requests);
            tell(flow, taker, to.getOrDefault(new Ends(vip, client), Set.of()), replies);
        });
    }

    private static void tell(Flow flow, Foretold.Taker taker, Set<String> routers, Tally tally) {
        if (routers.size() == 1) {
            tally.answered(
                    flow,
                    taker.router(),
                    new HttpConnection.Answer(routers.iterator().next(), flow.clientAddress()));
        } else {
            tally.failed(flow, "passed " + (routers.isEmpty() ? "no router" : "routers " + routers));
        }
    }

    @Override
    public void close() throws InterruptedException {
        for (TunnelCapture capture : captures) {
            capture.close();
        }
    }
}

package dev.hashlb.agent.cli;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.declare.Choices;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TableKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A snapshot as lines in columns: the nodes, then a line for each balancer. */
final class SnapshotTable {
    private static final List<String> HEADER =
            List.of("BALANCER", "ADDRESSES", "PORTS", "HASH", "GENERATION", "N IPV4", "N IPV6", "DRAINING");

    private SnapshotTable() {}

    static List<String> lines(Snapshot snapshot) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADER);
        snapshot.balancers().forEach(b -> rows.add(row(b)));
        List<String> lines = new ArrayList<>();
        long routers = snapshot.nodes().stream().filter(Node::router).count();
        lines.add(snapshot.nodes().size() + " nodes, " + routers + " of them routers");
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                int at = column;
                int width =
                        rows.stream().mapToInt(r -> r.get(at).length()).max().orElse(0);
                line.append(FindingsTable.pad(row.get(column), width)).append("  ");
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static List<String> row(Balancer balancer) {
        long draining = balancer.servers().stream()
                .filter(s -> s.intervalAt(balancer.generation()).isEmpty())
                .count();
        return List.of(
                balancer.name().toString(),
                join(balancer.addresses().stream().map(IpAddress::toString).toList()),
                join(balancer.ports().stream().map(SnapshotTable::port).toList()),
                Choices.word(Choices.FIELDS, balancer.hash().fields()) + " "
                        + Choices.word(Choices.TABLE, balancer.hash().table())
                        + (balancer.hash().table() == TableKind.STABLE
                                ? " " + balancer.hash().buckets()
                                : ""),
                Long.toString(balancer.generation()),
                servers(balancer, Family.IPV4),
                servers(balancer, Family.IPV6),
                Long.toString(draining));
    }

    private static String port(ServicePort port) {
        String target = port.targetPort() == port.port() ? "" : ">" + port.targetPort();
        return port.protocol() + " " + port.port() + target + " " + Choices.word(Choices.DELIVERY, port.delivery());
    }

    private static String servers(Balancer balancer, Family family) {
        boolean has = balancer.addresses().stream().anyMatch(a -> a.family() == family);
        return has
                ? Integer.toString(
                        balancer.serversAt(balancer.generation(), family).size())
                : "-";
    }

    private static String join(List<String> parts) {
        return parts.stream().collect(Collectors.joining(", "));
    }
}

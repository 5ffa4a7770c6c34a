package dev.hashlb.agent.cli;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.declare.Choices;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.RouterGroup;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TableKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A snapshot as lines in columns: the nodes, then a line for each balancer and each router group. */
final class SnapshotTable {
    private static final List<String> HEADER =
            List.of("BALANCER", "ADDRESSES", "PORTS", "HASH", "GENERATION", "N IPV4", "N IPV6", "DRAINING");

    private static final List<String> GROUP_HEADER = List.of("ROUTER GROUP", "DESTINATIONS", "GATEWAYS", "HASH");

    private SnapshotTable() {}

    static List<String> lines(Snapshot snapshot) {
        List<String> lines = new ArrayList<>();
        long routers = snapshot.nodes().stream().filter(Node::router).count();
        lines.add(snapshot.nodes().size() + " nodes, " + routers + " of them routers");
        List<RouterGroup> groups = snapshot.routerGroups();
        if (groups.isEmpty() || !snapshot.balancers().isEmpty()) {
            List<List<String>> rows =
                    snapshot.balancers().stream().map(SnapshotTable::row).toList();
            table(HEADER, rows, lines);
        }
        if (!groups.isEmpty()) {
            List<List<String>> rows = groups.stream().map(SnapshotTable::row).toList();
            table(GROUP_HEADER, rows, lines);
        }
        return lines;
    }

    private static void table(List<String> header, List<List<String>> body, List<String> lines) {
        List<List<String>> rows = new ArrayList<>(body);
        rows.addFirst(header);
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
    }

    private static List<String> row(RouterGroup group) {
        return List.of(
                group.name().toString(),
                join(group.destinations().stream().map(Cidr::toString).toList()),
                group.gateways().isEmpty()
                        ? "-"
                        : join(group.gateways().stream()
                                .map(IpAddress::toString)
                                .toList()),
                Choices.word(Choices.FIELDS, group.fields()) + " " + Choices.word(Choices.TABLE, group.table()));
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

package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.lab.Topology;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The LAN loses some tunnel packets and has others wait, so that those behind them come first. Each TCP segment is a packet of its own
 * meanwhile: of a super-packet all segments would have one fate. There is no netem in every kernel; a narrow htb class does it.
 */
final class UnreliableLan implements AutoCloseable {
    private static final int TUNNEL_PORT = 6082;
    private static final int WHOLE_SUPER_PACKETS = 65535;
    private static final Pattern COUNTED = Pattern.compile("counter packets (\\d+)");

    private final Cluster cluster;
    private final String lan;

    /**
     * From now on.
     *
     * @param narrowKbit of the class through which late packets go, for each node that has pods, kbit/s
     */
    UnreliableLan(Cluster cluster, int lostPercent, int latePercent, int narrowKbit) {
        this.cluster = cluster;
        this.lan = cluster.lab().topology().switchNamespace();
        segments(1);
        for (LabNode node : hosts()) {
            shell("""
                tc qdisc add dev %1$s root handle 1: htb default 10
                tc class add dev %1$s parent 1: classid 1:10 htb rate 10gbit quantum 60000
                tc class add dev %1$s parent 1: classid 1:20 htb rate %2$dkbit burst 1600 cburst 1600 quantum 1600
                tc qdisc add dev %1$s parent 1:20 pfifo limit 200
                """.formatted(node.name(), narrowKbit));
        }
        nft("""
            table bridge unreliable {
              chain way {
                type filter hook forward priority 0;
                ether type ip udp dport %1$d numgen random mod 100 < %2$d counter drop
                ether type ip udp dport %1$d numgen random mod 100 < %3$d counter meta priority set 1:20
              }
            }
            """.formatted(TUNNEL_PORT, lostPercent, latePercent));
    }

    /** So many packets were lost so far, and so many sent the narrow way. */
    record Counted(long lost, long late) {}

    Counted counted() {
        Matcher matcher = COUNTED.matcher(Command.runIn(lan, "nft", "list", "table", "bridge", "unreliable"));
        matcher.find();
        long lost = Long.parseLong(matcher.group(1));
        matcher.find();
        return new Counted(lost, Long.parseLong(matcher.group(1)));
    }

    private List<LabNode> hosts() {
        return cluster.lab().topology().nodes().stream()
                .filter(node -> !node.pods().isEmpty())
                .toList();
    }

    /** Has super-packets of the client and of the routers cut up before they leave. */
    private void segments(int most) {
        Topology topology = cluster.lab().topology();
        setSegments(topology.clientNamespace(), most);
        topology.nodes().stream().filter(LabNode::router).forEach(router -> setSegments(router.namespace(), most));
    }

    private static void setSegments(String namespace, int most) {
        Command.runIn(namespace, "ip", "link", "set", "eth0", "gso_max_segs", Integer.toString(most));
    }

    private void shell(String script) {
        Command.run(script, Command.inNamespace(lan, List.of("sh", "-e")));
    }

    private void nft(String commands) {
        Command.run(commands, Command.inNamespace(lan, List.of("nft", "-f", "-")));
    }

    @Override
    public void close() {
        nft("delete table bridge unreliable\n");
        hosts().forEach(node -> shell("tc qdisc del dev " + node.name() + " root\n"));
        segments(WHOLE_SUPER_PACKETS);
    }
}

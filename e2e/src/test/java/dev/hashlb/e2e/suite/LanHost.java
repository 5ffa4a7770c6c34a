package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Lab;
import dev.hashlb.e2e.lab.LabNode;
import dev.hashlb.e2e.traffic.PacketSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A host on the nodes' LAN, and what its kernel has learned of who is where. */
record LanHost(String namespace) {
    static LanHost add(Lab lab, int number) {
        return new LanHost(lab.addLanHost(number));
    }

    Client client() {
        return new Client(namespace);
    }

    /** Asks the LAN for all these addresses anew, as the kernel does for a packet to each; MAC addresses by IP address. */
    Map<String, String> ask(List<String> addresses) {
        String script = "ip neigh flush all; ip -6 neigh flush all\n"
                + "for a in " + String.join(" ", addresses) + "; do (echo > /dev/udp/$a/9) 2>/dev/null; done\n"
                + "sleep 1\n";
        Command.run(script, Command.inNamespace(namespace, List.of("bash")));
        return known();
    }

    /** Its neighbours' MAC addresses by IP address, as it knows them now. */
    Map<String, String> known() {
        Map<String, String> macs = new HashMap<>();
        for (String line :
                Command.runIn(namespace, "ip", "neigh", "show").lines().toList()) {
            String[] words = line.split(" ", -1);
            if (words.length > 4 && words[3].equals("lladdr")) {
                macs.put(words[0], words[4]);
            }
        }
        return macs;
    }

    void addAddress(String address) {
        Command.run(
                "addr add " + address + " dev eth0" + (address.contains(":") ? " nodad" : "") + "\n",
                List.of("ip", "-n", namespace, "-batch", "-"));
    }

    /** The node with a MAC address on the LAN. */
    static Map<String, String> nodesByMac(Lab lab) {
        Map<String, String> nodes = new HashMap<>();
        for (LabNode node : lab.topology().nodes()) {
            nodes.put(PacketSocket.macOf(node.namespace(), "eth0"), node.name());
        }
        return nodes;
    }
}

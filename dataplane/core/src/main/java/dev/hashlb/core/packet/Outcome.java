package dev.hashlb.core.packet;

import java.util.Locale;

/** What became of a packet that a balancer took. Each is a label of {@code hashlb_packets_total} and {@code hashlb_bytes_total}. */
public enum Outcome {
    TUNNELLED("sent through the tunnel to the server's host"),
    DELIVERED("written into a server's network namespace, whether it came by tunnel or by the local short cut"),
    RETURNED(
            "a packet of a server, sent out of this node's own namespace: of its own host, or of another that names it as the router"),
    ROUTED("of a router group: handed to this node's kernel, which routes it"),
    ANSWERED_RESET("answered with a TCP reset: no server takes it"),
    ANSWERED_UNREACHABLE("answered with an ICMP port unreachable: no server takes it"),
    ANSWERED_ECHO("an ICMP echo request that the router answered itself"),
    ANSWERED_TOO_BIG("answered with fragmentation needed or Packet Too Big");

    private final String description;

    Outcome(String description) {
        this.description = description;
    }

    public String description() {
        return description;
    }

    /** The label's value: lower case, words joined by '_'. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

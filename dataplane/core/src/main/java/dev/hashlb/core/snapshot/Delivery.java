package dev.hashlb.core.snapshot;

/** How a packet enters the server's network namespace. */
public enum Delivery {
    /** The VIP is a local address of the namespace; the port is translated without state. The default for TCP. */
    ADDRESS,
    /** The namespace's own kernel translates VIP:port to the server's address and targetPort. The default for UDP. */
    NAT;

    /** The delivery of a port that declares none. */
    public static Delivery defaultFor(Protocol protocol) {
        return protocol == Protocol.TCP ? ADDRESS : NAT;
    }
}

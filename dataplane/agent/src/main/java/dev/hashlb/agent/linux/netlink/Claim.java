package dev.hashlb.agent.linux.netlink;

/** What a network namespace's kernel has of a flow. */
public enum Claim {
    /** Nothing, or a socket that only listens. */
    NONE,

    /** It did not tell, for want of memory or of room for its answer: the next question may be answered. */
    UNTOLD,

    /**
     * A TCP socket in TIME_WAIT (RFC 9293, 3.3.2): the connection is over, and only a repeated FIN is answered. The client may have another one
     * by now with the same addresses and ports, to another server.
     */
    TIME_WAIT,

    /**
     * A TCP connection that is half-open (SYN-RECEIVED) and whose SYN-ACK this server has had to repeat. The client may have repeated its SYN, too,
     * to another server, and have its connection there. One whose SYN-ACK was sent once, a second ago at most, is a {@link #SOCKET}.
     */
    HALF_OPEN,

    /** A socket in any other state; for UDP one that is connected to the client, or an entry that translates the flow. */
    SOCKET
}

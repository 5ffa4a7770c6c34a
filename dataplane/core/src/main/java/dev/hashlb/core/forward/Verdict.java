package dev.hashlb.core.forward;

/** What a router or host does with a packet. */
public enum Verdict {
    /** Send it to {@link Decision#serverIndex()}: by tunnel, or by the short cut where the server lives on this node. */
    FORWARD,
    /** Of a server: send it out by the router {@link Decision#router()}. */
    SEND_ON,
    /** Of the router group {@link Decision#group()}: let this node's kernel route it. */
    ROUTE,
    /** Answer the ICMP echo request. */
    ANSWER_ECHO,
    /** Answer with a TCP reset. */
    ANSWER_RESET,
    /** Answer with an ICMP port unreachable. */
    ANSWER_UNREACHABLE,
    /** Drop it for {@link Decision#dropReason()}. */
    DROP
}

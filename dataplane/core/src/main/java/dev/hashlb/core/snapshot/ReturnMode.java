package dev.hashlb.core.snapshot;

/** The way of a reply. */
public enum ReturnMode {
    /** Out of the server's ordinary interface, source VIP; no router sees it. */
    DIRECT,
    /** Back through the TUN and out of the host's own network namespace. */
    NODE,
    /** Through the tunnel to the router that the calculation names. */
    GATEWAY
}

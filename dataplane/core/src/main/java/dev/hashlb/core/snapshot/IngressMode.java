package dev.hashlb.core.snapshot;

/** Which routers receive and handle a balancer's packets. */
public enum IngressMode {
    /** A packet reaches any one router, and that one handles it. */
    ANY_NODE,
    /** Every router receives every packet, and the one that the calculation names handles it. */
    SELF_SELECT
}

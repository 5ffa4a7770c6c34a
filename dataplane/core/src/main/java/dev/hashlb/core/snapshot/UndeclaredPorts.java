package dev.hashlb.core.snapshot;

/** What happens to a TCP or UDP packet for a VIP's port that no balancer declares, or for an empty server list. */
public enum UndeclaredPorts {
    /** TCP is answered with a reset, UDP with an ICMP port unreachable; both rate-limited. */
    REJECT,
    DROP
}

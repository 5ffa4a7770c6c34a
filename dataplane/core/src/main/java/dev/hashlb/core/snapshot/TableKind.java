package dev.hashlb.core.snapshot;

/** How a slot becomes a server; see docs/calculation.md. */
public enum TableKind {
    /** The literal formula: N is the number of servers, the slot is the index into the list. */
    MODULO,
    /** A prime number of buckets, each owned by the server with the highest rendezvous score. */
    STABLE
}

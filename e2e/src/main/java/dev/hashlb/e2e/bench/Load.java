package dev.hashlb.e2e.bench;

/** What is put on the path, to be measured. */
enum Load {
    /** Bulk transfers with 1, 8 and 64 flows. */
    TCP,
    /** Short connections. */
    CONNECTIONS,
    /** Requests and their answers over lasting connections. */
    LATENCY,
    /** Floods of small and large datagrams. */
    UDP,
    /** One datagram of each of a million flows: how soon the first is forwarded, and what they cost in memory. */
    FLOWS
}

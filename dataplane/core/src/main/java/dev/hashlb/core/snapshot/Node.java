package dev.hashlb.core.snapshot;

import dev.hashlb.core.address.IpAddress;

/**
 * A node with a data plane.
 *
 * @param name unique in a snapshot
 * @param address where its peers send the tunnel's packets
 * @param router whether it takes packets for VIPs; every node is a host
 */
public record Node(String name, IpAddress address, boolean router) {}

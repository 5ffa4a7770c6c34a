package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.SockAddr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.tunnel.TunnelHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A node as the tunnel sees it.
 *
 * @param address where its data plane listens
 * @param socketAddress the same as a sockaddr_in or sockaddr_in6 with {@link TunnelHeader#PORT}, off-heap
 * @param reachable whether the tunnel can go there: its address is of the same family as this node's
 */
record Peer(IpAddress address, MemorySegment socketAddress, boolean reachable) {
    /** What the tunnel adds to a packet: 72 bytes over IPv4, 92 over IPv6. */
    int overheadBytes() {
        return TunnelHeader.overheadBytes(address.family());
    }

    /** @param ownFamily the family of this node's address, over which its tunnel goes */
    static Peer of(IpAddress address, Family ownFamily, Arena arena) {
        return new Peer(address, SockAddr.of(arena, address, TunnelHeader.PORT), address.family() == ownFamily);
    }
}

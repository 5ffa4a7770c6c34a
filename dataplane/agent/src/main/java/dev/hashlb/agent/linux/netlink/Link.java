package dev.hashlb.agent.linux.netlink;

import java.util.Map;
import java.util.OptionalInt;

/**
 * A network device.
 *
 * @param index its index in the namespace it was read from
 * @param name its name there
 * @param flags IFF_UP and its like (netdevice(7))
 * @param mtuBytes its MTU
 * @param peerIndex of a veth, the index of its other end in that end's namespace
 * @param peerNamespaceId the id by which the reader's namespace knows the other end's; empty: the reader's own
 * @param masterIndex of a bridge's port, the bridge
 * @param ipv4 its IPv4 settings; empty where IPv4 is not set up on it
 */
public record Link(
        int index,
        String name,
        int flags,
        int mtuBytes,
        OptionalInt peerIndex,
        OptionalInt peerNamespaceId,
        OptionalInt masterIndex,
        Map<Devconf, Integer> ipv4) {
    private static final int IFF_UP = 0x1;
    private static final int IFF_LOOPBACK = 0x8;
    private static final int IFF_NOARP = 0x80;

    public boolean up() {
        return (flags & IFF_UP) != 0;
    }

    public boolean loopback() {
        return (flags & IFF_LOOPBACK) != 0;
    }

    /** Whether neighbours are found by ARP here, as on Ethernet. */
    public boolean usesArp() {
        return (flags & (IFF_NOARP | IFF_LOOPBACK)) == 0;
    }
}

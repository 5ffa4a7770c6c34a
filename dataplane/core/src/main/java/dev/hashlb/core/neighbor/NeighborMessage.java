package dev.hashlb.core.neighbor;

import dev.hashlb.core.address.IpAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** What a host says on the LAN about who has an IP address, whichever protocol says it. */
public sealed interface NeighborMessage {
    /** The address that it is about. */
    IpAddress target();

    /** The MAC address that the frame came from. */
    MacAddress source();

    /**
     * Somebody wants to know who has the address.
     *
     * @param asker who asks; empty where somebody tries whether the address is free (an ARP probe of RFC 5227, duplicate address
     *     detection of RFC 4862)
     */
    record Question(IpAddress target, MacAddress source, Optional<IpAddress> asker) implements NeighborMessage {}

    /** Somebody says that the address is at a MAC address: an answer, an announcement, or the sender's part of an ARP question. */
    record Claim(IpAddress target, MacAddress source, MacAddress at) implements NeighborMessage {}

    /**
     * Reads a frame.
     *
     * @param frame from the Ethernet header on, big-endian; its position and limit are left alone
     * @return what it says, claims first; nothing if the frame is of another protocol, or malformed
     */
    static List<NeighborMessage> read(ByteBuffer frame) {
        if (frame.limit() < Frame.HEADER_BYTES) {
            return List.of();
        }
        return switch (frame.getShort(Frame.ETHER_TYPE) & 0xffff) {
            case Arp.ETHER_TYPE -> Arp.read(frame);
            case NeighborDiscovery.ETHER_TYPE -> NeighborDiscovery.read(frame);
            default -> List.of();
        };
    }
}

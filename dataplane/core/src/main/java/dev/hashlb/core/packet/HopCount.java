package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;

/** IPv4's time to live and IPv6's hop limit. */
public final class HopCount {
    private static final int MOST = 255;

    private HopCount() {}

    /**
     * Gives a packet back the hop that the way into a device took: one more, and for IPv4 the header's checksum with it (RFC 1624).
     * What has {@value #MOST} already stays as it is.
     *
     * @param offset where the IP header begins, which is whole and of version 4 or 6
     */
    public static void raise(MemorySegment memory, long offset) {
        if (NetworkOrder.u8(memory, offset) >>> 4 == 6) {
            int hops = NetworkOrder.u8(memory, offset + Ipv6Header.HOP_LIMIT);
            NetworkOrder.put8(memory, offset + Ipv6Header.HOP_LIMIT, Math.min(MOST, hops + 1));
            return;
        }
        int word = NetworkOrder.u16(memory, offset + Ipv4Header.TTL); // time to live and protocol
        if (word >>> 8 == MOST) {
            return;
        }
        int raised = word + (1 << 8);
        int checksum = NetworkOrder.u16(memory, offset + Ipv4Header.CHECKSUM);
        NetworkOrder.put16(memory, offset + Ipv4Header.TTL, raised);
        NetworkOrder.put16(memory, offset + Ipv4Header.CHECKSUM, Checksum.update(checksum, word, raised));
    }
}

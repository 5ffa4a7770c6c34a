package dev.hashlb.core.packet;

import dev.hashlb.core.address.Family;
import java.lang.foreign.MemorySegment;

/** The source address of an IP packet, of which nothing else is of interest. Mutable and reused: one per thread. */
public final class SourceAddress {
    private Family family = Family.IPV4;
    private long high;
    private long low;

    /**
     * Reads a packet's source.
     *
     * @param offset where the IP header begins
     * @param availableBytes how many bytes were received; nothing behind them is read
     * @return false if it is neither IPv4 nor IPv6, or too short for its header
     */
    public boolean read(MemorySegment memory, long offset, int availableBytes) {
        if (availableBytes < Ipv4Header.LENGTH_BYTES) {
            return false;
        }
        int version = NetworkOrder.u8(memory, offset) >>> 4;
        if (version == 4) {
            family = Family.IPV4;
            high = 0;
            low = NetworkOrder.u32(memory, offset + Ipv4Header.SOURCE);
            return true;
        }
        if (version != 6 || availableBytes < Ipv6Header.LENGTH_BYTES) {
            return false;
        }
        family = Family.IPV6;
        high = NetworkOrder.i64(memory, offset + Ipv6Header.SOURCE);
        low = NetworkOrder.i64(memory, offset + Ipv6Header.SOURCE + Long.BYTES);
        return true;
    }

    public Family family() {
        return family;
    }

    /** As {@link dev.hashlb.core.address.IpAddress#high()}. */
    public long high() {
        return high;
    }

    /** As {@link dev.hashlb.core.address.IpAddress#low()}. */
    public long low() {
        return low;
    }
}

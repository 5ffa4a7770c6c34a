package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a packet is: its kind, its flow and where its headers begin.
 *
 * <p>Takes IPv4 (RFC 791) and IPv6 (RFC 8200) with TCP, UDP, ICMP echo requests and ICMP errors about TCP and UDP. Of
 * checksums only that of the IPv4 header is looked at: a transport checksum that is wrong stays wrong, for the server's
 * kernel to drop, and in a packet from a local kernel it may not be filled in yet.
 */
public final class PacketParser {
    private PacketParser() {}

    /**
     * Parses the packet at an offset. Bytes behind the length that its IP header gives are ignored.
     *
     * @param memory memory that holds at least {@code offset + availableBytes} bytes; it stays the caller's
     * @param offset where the IP header begins
     * @param availableBytes how many bytes were received; nothing behind them is read
     * @param out takes the result; what it holds after a refusal is undefined
     * @return why the packet is refused, or null where it is good
     */
    public static @Nullable DropReason parse(MemorySegment memory, long offset, int availableBytes, Packet out) {
        if (availableBytes < Ipv4Header.LENGTH_BYTES) {
            return DropReason.TRUNCATED;
        }
        out.at(memory, offset);
        long first = NetworkOrder.i64(memory, offset);
        int version = (int) (first >>> 60);
        if (version == 4) {
            return Ipv4Parser.parse(first, availableBytes, out);
        }
        return version == 6 ? Ipv6Parser.parse(first, availableBytes, out) : DropReason.BAD_VERSION;
    }
}

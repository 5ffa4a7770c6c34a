package dev.hashlb.core.tunnel;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.select.SipHash;
import dev.hashlb.core.snapshot.TunnelKey;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The tag that proves a tunnel packet's sender: SipHash-2-4 over the option, the two nodes and the inner flow, see
 * docs/wire-format.md. Mutable inside; one per thread and key.
 */
public final class TunnelTag {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int OPTION_BYTES = 24;

    private final SipHash sipHash;

    public TunnelTag(TunnelKey key) {
        sipHash = new SipHash(key.low(), key.high());
    }

    /**
     * @param headerOffset where the tunnel's header begins, all but its tag written
     * @param sender the address of the node that sends
     * @param receiver the address of the node that receives, of the same family
     * @param flow the inner packet's flow, as the parser gives it, before any translation of ports
     */
    public long compute(MemorySegment memory, long headerOffset, IpAddress sender, IpAddress receiver, Flow flow) {
        long data = headerOffset + TunnelHeader.DATA;
        sipHash.begin()
                .word(memory.get(WORD, data))
                .word(memory.get(WORD, data + 8))
                .word(memory.get(WORD, data + 16));
        int length =
                OPTION_BYTES + addresses(sender.family(), sender.high(), sender.low(), receiver.high(), receiver.low());
        length += addresses(
                flow.family(), flow.sourceHigh(), flow.sourceLow(), flow.destinationHigh(), flow.destinationLow());
        long tail = Short.toUnsignedLong(Short.reverseBytes((short) flow.sourcePort()))
                | (Short.toUnsignedLong(Short.reverseBytes((short) flow.destinationPort())) << 16)
                | ((long) flow.protocol() << 32);
        return sipHash.end(tail, length + 5);
    }

    /** Hashes two addresses in network byte order; @return how many bytes that were */
    private int addresses(Family family, long firstHigh, long firstLow, long secondHigh, long secondLow) {
        if (family == Family.IPV4) {
            sipHash.word(Long.reverseBytes((firstLow << 32) | secondLow));
            return 8;
        }
        sipHash.word(Long.reverseBytes(firstHigh))
                .word(Long.reverseBytes(firstLow))
                .word(Long.reverseBytes(secondHigh))
                .word(Long.reverseBytes(secondLow));
        return 32;
    }
}

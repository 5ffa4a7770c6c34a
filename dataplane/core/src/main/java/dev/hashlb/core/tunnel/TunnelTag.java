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
 * The tag that proves a tunnel packet's sender: SipHash-2-4 over the option, the two nodes and the inner flow, byte by byte
 * as docs/wire-format.md says. Mutable inside: one per thread and key.
 */
public final class TunnelTag {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int OPTION_WORDS = 3;
    private static final int IPV4_PAIR_WORDS = 1;
    private static final int IPV6_PAIR_WORDS = 4;
    private static final int LAST_BYTES = 5;

    private final SipHash sipHash;
    private final long[] words = new long[OPTION_WORDS + 2 * IPV6_PAIR_WORDS + 1];

    public TunnelTag(TunnelKey key) {
        sipHash = new SipHash(key.low(), key.high());
    }

    /**
     * Computes the tag; does not write it.
     *
     * @param headerOffset where the tunnel's header begins, all but its tag written
     * @param sender the address of the node that sends
     * @param receiver the address of the node that receives, of the same family
     * @param flow the inner packet's flow, as the parser gives it, before any translation of ports
     */
    public long compute(MemorySegment memory, long headerOffset, IpAddress sender, IpAddress receiver, Flow flow) {
        long data = headerOffset + TunnelHeader.DATA;
        words[0] = memory.get(WORD, data);
        words[1] = memory.get(WORD, data + 8);
        words[2] = memory.get(WORD, data + 16);
        int count = pair(OPTION_WORDS, sender.family(), sender.high(), sender.low(), receiver.high(), receiver.low());
        count = pair(
                count,
                flow.family(),
                flow.sourceHigh(),
                flow.sourceLow(),
                flow.destinationHigh(),
                flow.destinationLow());
        long ports = ((long) flow.sourcePort() << 16) | flow.destinationPort();
        long last = (ports << 32) | ((long) flow.protocol() << 24);
        words[count] = Long.reverseBytes(last) | ((long) (count * Long.BYTES + LAST_BYTES) << 56);
        return sipHash.hash(words, count + 1);
    }

    /** Appends two addresses in network byte order. */
    private int pair(int at, Family family, long firstHigh, long firstLow, long secondHigh, long secondLow) {
        if (family == Family.IPV4) {
            words[at] = Long.reverseBytes((firstLow << 32) | secondLow);
            return at + IPV4_PAIR_WORDS;
        }
        words[at] = Long.reverseBytes(firstHigh);
        words[at + 1] = Long.reverseBytes(firstLow);
        words[at + 2] = Long.reverseBytes(secondHigh);
        words[at + 3] = Long.reverseBytes(secondLow);
        return at + IPV6_PAIR_WORDS;
    }
}

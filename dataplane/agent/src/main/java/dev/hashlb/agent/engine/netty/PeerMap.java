package dev.hashlb.agent.engine.netty;

import dev.hashlb.core.address.IpAddress;
import java.util.Arrays;
import java.util.List;

/** A sender's address to its index among the snapshot's nodes, by open addressing at most half full. */
final class PeerMap {
    static final int UNKNOWN = -1;

    private final long[] high;
    private final long[] low;
    private final int[] nodeIndexes;
    private final int mask;

    /** @param addresses by node index; all of one family */
    PeerMap(List<IpAddress> addresses) {
        int capacity = Integer.highestOneBit(Math.max(2, addresses.size() * 2) - 1) << 1;
        high = new long[capacity];
        low = new long[capacity];
        nodeIndexes = new int[capacity];
        mask = capacity - 1;
        Arrays.fill(nodeIndexes, UNKNOWN);
        for (int i = 0; i < addresses.size(); i++) {
            IpAddress address = addresses.get(i);
            int at = hash(address.high(), address.low()) & mask;
            while (nodeIndexes[at] != UNKNOWN) {
                at = (at + 1) & mask;
            }
            high[at] = address.high();
            low[at] = address.low();
            nodeIndexes[at] = i;
        }
    }

    int find(long addressHigh, long addressLow) {
        int at = hash(addressHigh, addressLow) & mask;
        while (nodeIndexes[at] != UNKNOWN) {
            if (low[at] == addressLow && high[at] == addressHigh) {
                return nodeIndexes[at];
            }
            at = (at + 1) & mask;
        }
        return UNKNOWN;
    }

    private static int hash(long addressHigh, long addressLow) {
        return (int) (((addressHigh * 31 + addressLow) * 0x9E3779B97F4A7C15L) >>> 32);
    }
}

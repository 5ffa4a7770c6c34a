package dev.hashlb.core.forward;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Address to {@link Vip}, by open addressing at most half full. Keys are addresses as numbers; nothing is allocated. */
final class VipMap {
    private final @Nullable Vip[] slots;
    /** Two words for each slot, in one array so that a look-up touches one cache line. */
    private final long[] addresses;

    private final int mask;

    VipMap(Collection<Vip> vips) {
        int capacity = Integer.highestOneBit(Math.max(2, vips.size() * 2) - 1) << 1;
        slots = new Vip[capacity];
        addresses = new long[2 * capacity];
        mask = capacity - 1;
        for (Vip vip : vips) {
            IpAddress address = vip.address();
            int at = hash(address.high(), address.low()) & mask;
            while (slots[at] != null) {
                at = (at + 1) & mask;
            }
            slots[at] = vip;
            addresses[2 * at] = address.high();
            addresses[2 * at + 1] = address.low();
        }
    }

    @Nullable Vip find(Family family, long high, long low) {
        int at = hash(high, low) & mask;
        for (Vip vip = slots[at]; vip != null; vip = slots[at]) {
            // 192.0.2.1 and ::c000:201 are the same number
            if (addresses[2 * at + 1] == low && addresses[2 * at] == high && vip.family() == family) {
                return vip;
            }
            at = (at + 1) & mask;
        }
        return null;
    }

    private static int hash(long high, long low) {
        // Fibonacci hashing: consecutive VIPs, the usual case, spread over the table.
        return (int) (((high * 31 + low) * 0x9E3779B97F4A7C15L) >>> 32);
    }
}

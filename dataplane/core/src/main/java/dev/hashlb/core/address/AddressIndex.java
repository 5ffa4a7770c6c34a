package dev.hashlb.core.address;

import java.util.List;

/**
 * Addresses and their positions in a list, by open addressing at most half full. A look-up takes an address as numbers, touches one
 * cache line if its address is where it belongs, and allocates nothing. Immutable.
 */
public final class AddressIndex {
    /** What {@link #find} gives for an address that is not in the list. */
    public static final int ABSENT = -1;

    /** An entry's words: the address high and low, what {@link #position} makes of family and place, and one to fill 32 bytes. */
    private static final int WORDS = 4;

    private static final int LOW = 1;
    private static final int POSITION = 2;

    private final long[] entries;
    private final int mask;

    /** @param addresses of either family; of equal ones the first is found */
    public AddressIndex(List<IpAddress> addresses) {
        int capacity = Integer.highestOneBit(Math.max(2, addresses.size() * 2) - 1) << 1;
        entries = new long[capacity * WORDS];
        mask = capacity - 1;
        for (int i = 0; i < addresses.size(); i++) {
            IpAddress address = addresses.get(i);
            int at = start(address.high(), address.low());
            while (entries[at + POSITION] != 0) {
                at = next(at);
            }
            entries[at] = address.high();
            entries[at + LOW] = address.low();
            entries[at + POSITION] = position(address.family(), i);
        }
    }

    /**
     * The address's place in the list, or {@link #ABSENT}.
     *
     * @param high as {@link IpAddress#high()}
     * @param low as {@link IpAddress#low()}
     */
    public int find(Family family, long high, long low) {
        // 192.0.2.1 and ::c000:201 are the same number, so the family is part of the key.
        long familyBit = position(family, 0) & 1;
        int at = start(high, low);
        for (long position = entries[at + POSITION]; position != 0; position = entries[at + POSITION]) {
            if (entries[at + LOW] == low && entries[at] == high && (position & 1) == familyBit) {
                return (int) (position >>> 1) - 1;
            }
            at = next(at);
        }
        return ABSENT;
    }

    /** Never 0, which marks a free entry. */
    private static long position(Family family, int place) {
        return (place + 1L) << 1 | (family == Family.IPV6 ? 1 : 0);
    }

    private int start(long high, long low) {
        // Fibonacci hashing: consecutive addresses, the usual case, spread over the table.
        return ((int) (((high * 31 + low) * 0x9E3779B97F4A7C15L) >>> 32) & mask) * WORDS;
    }

    private int next(int at) {
        return (at + WORDS) & (entries.length - 1);
    }
}

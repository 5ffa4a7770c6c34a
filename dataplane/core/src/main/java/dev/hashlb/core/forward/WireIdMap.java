package dev.hashlb.core.forward;

import java.util.Arrays;

/** Wire id to server index, by open addressing over int arrays at most half full. Wire id 0 names nobody. */
final class WireIdMap {
    private final int[] keys;
    private final int[] values;
    private final int mask;

    WireIdMap(int[] wireIds) {
        int capacity = Integer.highestOneBit(Math.max(2, wireIds.length * 2) - 1) << 1;
        keys = new int[capacity];
        values = new int[capacity];
        mask = capacity - 1;
        Arrays.fill(values, -1);
        for (int i = 0; i < wireIds.length; i++) {
            int at = wireIds[i] & mask; // a wire id is a hash already
            while (values[at] >= 0) {
                at = (at + 1) & mask;
            }
            keys[at] = wireIds[i];
            values[at] = i;
        }
    }

    int find(int wireId) {
        int at = wireId & mask;
        while (values[at] >= 0) {
            if (keys[at] == wireId) {
                return values[at];
            }
            at = (at + 1) & mask;
        }
        return -1;
    }
}

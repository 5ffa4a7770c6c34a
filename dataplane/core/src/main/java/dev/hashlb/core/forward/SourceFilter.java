package dev.hashlb.core.forward;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.Flow;
import java.util.List;

/** A balancer's {@code sourceRanges} of one family, as arrays. A list without a prefix of the family admits nobody. */
final class SourceFilter {
    private final boolean admitsAll;
    private final long[] prefixHigh;
    private final long[] prefixLow;
    private final long[] maskHigh;
    private final long[] maskLow;

    SourceFilter(List<Cidr> sourceRanges, Family family) {
        Cidr[] ranges = sourceRanges.stream()
                .filter(c -> c.family() == family)
                .distinct()
                .toArray(Cidr[]::new);
        boolean all = false;
        prefixHigh = new long[ranges.length];
        prefixLow = new long[ranges.length];
        maskHigh = new long[ranges.length];
        maskLow = new long[ranges.length];
        for (int i = 0; i < ranges.length; i++) {
            all |= ranges[i].lengthBits() == 0;
            prefixHigh[i] = ranges[i].address().high();
            prefixLow[i] = ranges[i].address().low();
            maskHigh[i] = ranges[i].maskHigh();
            maskLow[i] = ranges[i].maskLow();
        }
        admitsAll = all;
    }

    boolean admits(Flow flow) {
        if (admitsAll) {
            return true;
        }
        long high = flow.sourceHigh();
        long low = flow.sourceLow();
        for (int i = 0; i < prefixLow.length; i++) {
            if ((low & maskLow[i]) == prefixLow[i] && (high & maskHigh[i]) == prefixHigh[i]) {
                return true;
            }
        }
        return false;
    }
}

package dev.hashlb.core.declare;

import dev.hashlb.core.snapshot.Interval;
import java.util.List;

/** When a server takes new flows: as generations that a person wrote, or as a wish that {@link Numbering} numbers. */
sealed interface Tenure {
    /** @param intervals valid, oldest first; empty only where there was a mistake */
    record Written(List<Interval> intervals) implements Tenure {}

    record Unnumbered(int weight, boolean draining) implements Tenure {}
}

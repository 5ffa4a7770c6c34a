package dev.hashlb.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

final class ControlMetricsTest {
    @Test
    void podsAreCountedAfterACollectionOfGarbageAsWell() {
        ControlMetrics metrics = new ControlMetrics(counter(3), counter(4));

        awaitCollection();

        assertThat(metrics.scrape()).contains("hashlb_pods_pending 3.0\n").contains("hashlb_pods_ambiguous 4.0\n");
    }

    /** A lambda that nobody but the metrics holds; it captures, so the JVM does not keep it either. */
    private static IntSupplier counter(int value) {
        return () -> value;
    }

    /** Returns when what is held weakly alone is gone. */
    @SuppressWarnings("SystemGc") // what it does is what is tested
    private static void awaitCollection() {
        WeakReference<Object> witness = new WeakReference<>(new Object());
        while (witness.get() != null) {
            System.gc();
        }
    }
}

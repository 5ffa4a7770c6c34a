package dev.hashlb.agent.engine.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.agent.control.Snapshots;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Interval;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** For how long after a change of its list a balancer's UDP is asked about. */
class ChainUseTest {
    private static final long START = Math.subtractExact(Long.MAX_VALUE, 1_000_000_000); // nanoTime may overflow
    private static final long LATER = START + TimeUnit.SECONDS.toNanos(60);

    private final ChainUse use = new ChainUse(1);

    @Test
    void udpIsAskedAboutFor180SecondsAfterAListIsFirstSeen() {
        assertThat(until(table(1), START)).containsExactly(START + TimeUnit.SECONDS.toNanos(180));
    }

    @Test
    void aListThatHasNotChangedDoesNotBeginTheTimeAnew() {
        use.apply(table(1), START);
        assertThat(until(table(1), LATER)).containsExactly(START + TimeUnit.SECONDS.toNanos(180));
    }

    @Test
    void aChangeDoes() {
        use.apply(table(1), START);
        assertThat(until(table(2), LATER)).containsExactly(LATER + TimeUnit.SECONDS.toNanos(180));
    }

    @Test
    void aChangeOfOneBalancerIsNoneOfAnother() {
        use.apply(table(1, 5), START);
        assertThat(until(table(1, 6), LATER))
                .containsExactly(START + TimeUnit.SECONDS.toNanos(180), LATER + TimeUnit.SECONDS.toNanos(180));
    }

    private long[] until(ForwardingTable table, long nowNanos) {
        use.apply(table, nowNanos);
        return use.udpUntil(table);
    }

    /** A balancer of each of these generations. */
    private static ForwardingTable table(long... generations) {
        Balancer[] balancers = new Balancer[generations.length];
        for (int i = 0; i < balancers.length; i++) {
            balancers[i] = Snapshots.balancer(
                            "b" + i, "198.51.100." + i, Snapshots.server("s", "s1", "10.1.1.1", Interval.open(1, 1)))
                    .withGeneration(generations[i]);
        }
        return ForwardingTable.compile(Snapshots.snapshot(1, balancers));
    }
}

package dev.hashlb.agent.engine.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.util.List;
import java.util.Set;
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
            balancers[i] = balancer(i, generations[i]);
        }
        Node node = new Node("n", IpAddress.parse("10.9.0.11"), true);
        return ForwardingTable.compile(new Snapshot(1, List.of(balancers), List.of(node), List.of()));
    }

    private static Balancer balancer(int number, long generation) {
        return new Balancer(
                new NamespacedName("default", "b" + number),
                List.of(IpAddress.parse("198.51.100." + number)),
                List.of(new ServicePort("", Protocol.UDP, 53, 53, Delivery.NAT)),
                HashSettings.DEFAULT,
                Ingress.ANY_NODE,
                Reply.DIRECT,
                List.of(Cidr.parse("0.0.0.0/0")),
                true,
                UndeclaredPorts.REJECT,
                generation,
                List.of(new Server(
                        "s", "s", "n", "ns", List.of(), Set.of(Family.values()), List.of(Interval.open(1, 1)))));
    }
}

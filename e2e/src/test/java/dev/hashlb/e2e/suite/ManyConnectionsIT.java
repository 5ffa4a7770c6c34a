package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.traffic.LastingConnection;
import dev.hashlb.e2e.traffic.LastingConnections;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Connections that send twice a second and more, over three routers at once, while the servers change all the time: by {@code make soak}, which
 * has ten thousand of them.
 */
@EnabledIfSystemProperty(named = "hashlb.soak", matches = "true")
@Timeout(900)
class ManyConnectionsIT {
    private static final int CONNECTIONS = Integer.getInteger("hashlb.connections", 2_000);
    /** Opened when so many servers are there, so that every server has some. */
    private static final int FRESH = 100;

    private static final int FIRST = 3;
    /** After these. */
    private static final int[] COUNTS = {6, 2, 10, 3};

    private static final Duration CHANGE_EVERY = Duration.ofSeconds(2);
    /** As many are open while all programs become warm. */
    private static final int WARM = Math.min(CONNECTIONS, 2_000);
    /**
     * TCP repeats what was lost after two minutes at the latest (RFC 6298; TCP_RTO_MAX of Linux). The repetition may be lost too, on a LAN
     * that loses one in twenty; one that waits for longer than two of them is broken.
     */
    private static final Duration ANSWERS_WITHIN = Duration.ofMinutes(5);

    /**
     * A server that repeats its SYN-ACK five times, as Linux does by default, gives up after 63 s, and a client that has taken it waits in vain: here,
     * where acknowledgements wait with ten thousand connections' packets, it is to be as patient as with these.
     */
    private static final String SYN_ACK_RETRIES = "net.ipv4.tcp_synack_retries=7";

    private static BatchScheduling scheduling;
    private static Cluster cluster;
    private static EchoPods pods;
    private ChangingServers servers;
    private LastingConnections connections;
    private SendingRates rates;
    private String whileAllChanged;

    @BeforeAll
    static void open() {
        scheduling = BatchScheduling.open();
        cluster = Cluster.open(
                t -> t.router("r1").router("r2", 2).router("r3").node("n1", 4).node("n2", 4), true);
        pods = EchoPods.start(cluster);
        cluster.pods().forEach(pod -> Command.runIn(pod.namespace(), "sysctl", "-qw", SYN_ACK_RETRIES));
        warm();
    }

    /** Each program compiles what it does often; on a network it did so days ago, and no other program waited for its processor. */
    private static void warm() {
        routeVips();
        var servers = ChangingServers.withTcpOnly(cluster, "Address");
        servers.serve(FIRST);
        try (var connections = new LastingConnections(cluster.lab().topology().clientNamespace())) {
            connections.open(EchoPods.services(), WARM);
            changeOneByOne(Duration.ZERO, servers::serve, () -> {});
        }
    }

    private static void routeVips() {
        cluster.lab().routeVipsTo(cluster.node("r1"), cluster.node("r2"), cluster.node("r3"));
    }

    @AfterAll
    static void close() {
        try {
            cluster.close();
        } finally {
            scheduling.close();
        }
    }

    @BeforeEach
    void start() {
        servers = ChangingServers.withTcpOnly(cluster, "Address");
        routeVips();
        connections = new LastingConnections(cluster.lab().topology().clientNamespace());
    }

    @AfterEach
    void end() {
        connections.close();
    }

    @Test
    void noneBreaksWhileServersComeAndGoAndThoseOfEndedServersHearOfIt() {
        servers.serve(FIRST);
        openAll();
        changeAmongNewConnections(servers::serve);
        assertNoneBroken();

        Pod ended = servers.first(6).getLast();
        List<LastingConnection> ofEnded = connections.at(ended.name());
        pods.end(ended.name());
        servers.remove(ended);
        assertBroken(ofEnded);

        Pod vanished = servers.first(1).getFirst();
        List<LastingConnection> ofBoth = connections.at(vanished.name());
        assertThat(ofBoth).hasSizeGreaterThan(CONNECTIONS / 6);
        ofBoth.addAll(ofEnded);
        pods.vanish(vanished.name(), vanished);
        servers.remove(vanished);
        assertBroken(ofBoth);
        pods.comeBack(vanished);
        pods.serve(vanished);
        pods.serve(ended);
    }

    @Test
    void noneBreaksWhileRoutersAreKilledAmongTheChanges() {
        servers.serve(FIRST);
        openAll();
        try (var kills = new RouterKills(cluster, Duration.ofSeconds(5), "r1", "r2", "r3")) {
            changeAmongNewConnections(servers::publish);
            System.out.println(kills.stop() + " data planes of routers were killed");
        }
        servers.awaitForwarded();
        assertNoneBroken();
    }

    @Test
    void noneBreaksWhileTheLanLosesAndReordersPackets() {
        servers.serve(FIRST);
        openAll();
        try (var lan = new UnreliableLan(cluster, 5, 5, Math.max(256, CONNECTIONS / 2))) {
            changeAmongNewConnections(servers::serve);
            assertNoneBroken();
            UnreliableLan.Counted counted = lan.counted();
            System.out.println(counted);
            assertThat(counted.lost()).isPositive();
            assertThat(counted.late()).isPositive();
        }
    }

    private void openAll() {
        rates = new SendingRates(connections.open(EchoPods.services(), CONNECTIONS));
    }

    private void changeAmongNewConnections(IntConsumer serve) {
        changeOneByOne(CHANGE_EVERY, serve, () -> connections.open(EchoPods.services(), FRESH));
        whileAllChanged = rates.text();
    }

    /** A change for each server that comes or goes. */
    private static void changeOneByOne(Duration every, IntConsumer serve, Runnable whenSoMany) {
        Beat change = new Beat(every);
        int now = FIRST;
        for (int count : COUNTS) {
            while (now != count) {
                now += Integer.signum(count - now);
                change.await();
                serve.accept(now);
            }
            whenSoMany.run();
        }
    }

    private void assertNoneBroken() {
        long nowNs = System.nanoTime();
        connections.awaitAnswers(ANSWERS_WITHIN);
        assertThat(connections.broken()).as(whileAllChanged).isEmpty();
        System.out.printf(
                Locale.ROOT,
                "%s; all were answered %.1f s later; of all %,d the longest wait for an answer was %d ms%n",
                whileAllChanged,
                (System.nanoTime() - nowNs) / 1e9,
                connections.all().size(),
                connections.longestWait().toMillis());
    }

    /** Each of these was told that its server is gone, and no other. */
    private void assertBroken(List<LastingConnection> these) {
        assertThat(these).isNotEmpty();
        await().atMost(Cluster.SOON).until(() -> connections.broken().size() >= these.size());
        connections.awaitAnswers(ANSWERS_WITHIN);
        assertThat(Set.copyOf(connections.broken())).isEqualTo(Set.copyOf(these));
        assertThat(these)
                .extracting(LastingConnection::broken)
                .allMatch(why -> why.contains("ended") || why.contains("eset"));
    }
}

package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Declaration;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.traffic.ShortRequests;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Fifty servers are replaced by fifty others, one after the other, as a Deployment's rolling update does it: a new pod comes, serves and
 * joins; an old one drains, serves on for 2 s, and is gone with its namespace. Meanwhile there are requests all the time. By {@code
 * make soak}: on a busy machine some are not answered yet, docs/limits.md.
 */
@EnabledIfSystemProperty(named = "hashlb.soak", matches = "true")
@Timeout(300)
class RollingUpdateIT {
    private static final int SERVERS = 50;
    /** A hundred changes in a minute: one joins or leaves at each. */
    private static final Duration CHANGE_EVERY = Duration.ofMillis(600);

    /** {@code make soak} has a thousand. */
    private static final int REQUESTS_PER_SECOND = Integer.getInteger("hashlb.requestsPerSecond", 200);

    private static final Duration SERVES_ON = Duration.ofSeconds(2);

    private static Cluster cluster;
    private static EchoPods pods;

    /** Not the common pool, by which a process's end is told: what waits for the lab here would hold up the lab's end. */
    private final ExecutorService replacing = Executors.newVirtualThreadPerTaskExecutor();

    private final ServerLedger ledger = new ServerLedger();
    private final Map<String, Pod> podOf = new HashMap<>();
    private final Deque<String> serving = new ArrayDeque<>();
    private final Deque<CompletableFuture<Pod>> free = new ArrayDeque<>();

    @BeforeAll
    static void open() {
        cluster = Cluster.open(
                t -> t.router("r1")
                        .router("r2")
                        .node("n1", 14)
                        .node("n2", 14)
                        .node("n3", 14)
                        .node("n4", 14),
                true);
        pods = EchoPods.none(cluster);
        cluster.lab().routeVipsTo(cluster.node("r1"), cluster.node("r2"));
    }

    @AfterEach
    void endReplacing() throws InterruptedException {
        replacing.shutdown();
        assertThat(replacing.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @Test
    void noRequestFailsWhileEveryServerIsReplaced() {
        cluster.pods().forEach(pod -> free.add(CompletableFuture.completedFuture(pod)));
        for (int i = 0; i < SERVERS; i++) {
            join("old-" + i);
        }
        cluster.declare(this::declare);
        String client = cluster.lab().topology().clientNamespace();
        manyPorts(client);
        try (ShortRequests requests = ShortRequests.start(client, EchoPods.services(), REQUESTS_PER_SECOND)) {
            awaitKeepingUp(requests);
            Beat change = new Beat(CHANGE_EVERY);
            for (int i = 0; i < SERVERS; i++) {
                change.await();
                join("new-" + i);
                publish();
                change.await();
                drain(serving.removeFirst());
            }
            free.forEach(CompletableFuture::join);
            requests.stop();
            System.out.printf(
                    "%,d requests answered, the slowest after %d ms; the servers that came last had %d%n",
                    requests.answered(), requests.slowest().toMillis(), requests.answeredBy("new-" + (SERVERS - 1)));
            assertThat(requests.failures()).isEmpty();
            assertThat(requests.answeredBy("new-0")).isPositive();
            assertThat(requests.answered()).isGreaterThan(10L * REQUESTS_PER_SECOND);
        }
    }

    /** Programs that have just begun are slow, the servers' own among them: who ends after 2 s would leave what it has accepted. */
    private static void awaitKeepingUp(ShortRequests requests) {
        await("answers within 100 ms on average")
                .atMost(Duration.ofMinutes(2))
                .during(Duration.ofSeconds(3))
                .until(() -> requests.underWay() < REQUESTS_PER_SECOND / 10);
    }

    private void declare(Declaration declaration) {
        declaration.balancer("web", b -> ledger.declare(b.vip(0).port("TCP", EchoPods.PORT, EchoPods.TARGET_PORT)));
    }

    private void join(String name) {
        Pod pod = free.removeFirst().join();
        pods.serve(name, pod);
        podOf.put(name, pod);
        serving.add(name);
        synchronized (ledger) {
            ledger.join(name, pod);
        }
    }

    /** SIGTERM: it takes no new flows from now on, and is gone after a while, when all know. */
    private void drain(String name) {
        Pod pod = podOf.remove(name);
        long left;
        synchronized (ledger) {
            left = ledger.drain(name).newest();
        }
        publish();
        free.add(CompletableFuture.supplyAsync(
                () -> replace(name, pod, left),
                CompletableFuture.delayedExecutor(SERVES_ON.toMillis(), TimeUnit.MILLISECONDS, replacing)));
    }

    private Pod replace(String name, Pod pod, long left) {
        cluster.awaitGeneration("web", left); // where a machine is so slow that 2 s are not enough
        pods.vanish(name, pod);
        synchronized (ledger) {
            ledger.remove(name);
        }
        pods.comeBack(pod);
        return pod;
    }

    private void publish() {
        synchronized (ledger) {
            cluster.publish(this::declare);
        }
    }

    /** A client that closes first keeps each port for a minute. */
    private static void manyPorts(String namespace) {
        Command.runIn(namespace, "sysctl", "-qw", "net.ipv4.ip_local_port_range=1024 65535");
    }
}

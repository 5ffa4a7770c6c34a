package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.lab.LabNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Kills the data planes of routers (kill -9) one after the other in a steady beat: the others get its traffic, as ECMP would have it; it
 * is started again, and gets its share back.
 */
final class RouterKills implements AutoCloseable {
    private final Cluster cluster;
    private final Beat beat;
    private final List<LabNode> routers;
    private final CompletableFuture<Integer> killed;
    private volatile boolean stopping;

    /** Begins. */
    RouterKills(Cluster cluster, Duration period, String... routers) {
        this.cluster = cluster;
        this.beat = new Beat(period);
        this.routers = Stream.of(routers).map(cluster::node).toList();
        this.killed = CompletableFuture.supplyAsync(
                this::run,
                task -> Thread.ofPlatform().daemon().name("router kills").start(task));
    }

    private int run() {
        int kills = 0;
        while (!stopping) {
            beat.await();
            LabNode router = routers.get(kills++ % routers.size());
            cluster.dataPlane(router.name()).kill();
            route(routers.stream().filter(other -> !other.equals(router)));
            cluster.start(router.name());
            route(routers.stream());
        }
        return kills;
    }

    private void route(Stream<LabNode> to) {
        cluster.lab().routeVipsTo(to.toArray(LabNode[]::new));
    }

    /** Ends when all run again, and returns how many were killed. */
    int stop() {
        stopping = true;
        return killed.join();
    }

    @Override
    public void close() {
        stop();
    }
}

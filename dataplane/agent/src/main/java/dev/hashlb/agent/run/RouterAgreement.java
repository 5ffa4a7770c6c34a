package dev.hashlb.agent.run;

import dev.hashlb.core.route.LiveRouters;
import dev.hashlb.core.route.RouterList;
import dev.hashlb.core.snapshot.Node;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The list of routers that this node goes by. Until somebody tells who lives, that is all of them but this node, since its peers do not count it
 * yet either; if it follows a process that they count, it counts. After a change the node takes what it has
 * gained once all agree or, told or not, after {@value #LONGEST_WAIT_MS} ms. Guarded by its owner, but for the timer's own thread.
 */
final class RouterAgreement implements AutoCloseable {
    static final long LONGEST_WAIT_MS = 300;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("hashlb-router-agreement").factory());
    private final Runnable agreed;
    private final String self;
    private final boolean follows;
    private LiveRouters routers = LiveRouters.NONE;
    private boolean begun;
    private volatile int changes;
    private @Nullable RouterList told;
    private @Nullable ScheduledFuture<?> waiting;

    /**
     * @param self this node's name
     * @param follows whether an earlier process of this node handles packets until this one does
     * @param agreed called on a thread of its own when the wait after the last change is over
     */
    RouterAgreement(String self, boolean follows, Runnable agreed) {
        this.self = self;
        this.follows = follows;
        this.agreed = agreed;
    }

    /** By a snapshot's nodes. The first list needs no agreement: there was none before. */
    LiveRouters of(List<Node> nodes) {
        RouterList list = list(nodes);
        if (!begun) {
            begun = true;
            routers = LiveRouters.of(list);
            return routers;
        }
        return change(list);
    }

    /** By who lives, from now on. */
    LiveRouters tell(RouterList live) {
        told = live;
        begun = true;
        return change(live);
    }

    /** All have the list. */
    LiveRouters settle() {
        routers = routers.settled();
        return routers;
    }

    private RouterList list(List<Node> nodes) {
        RouterList live = told;
        if (live == null) {
            return RouterList.of(nodes, name -> follows || !name.equals(self));
        }
        Set<String> names = live.routers().stream().map(Node::name).collect(Collectors.toSet());
        return RouterList.of(nodes, names::contains);
    }

    private LiveRouters change(RouterList list) {
        LiveRouters next = routers.next(list);
        if (!next.equals(routers)) {
            routers = next;
            int change = changes + 1;
            changes = change;
            if (waiting != null) {
                waiting.cancel(false);
            }
            waiting = timer.schedule(() -> waited(change), LONGEST_WAIT_MS, TimeUnit.MILLISECONDS);
        }
        return routers;
    }

    private void waited(int change) {
        if (change == changes) {
            agreed.run();
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}

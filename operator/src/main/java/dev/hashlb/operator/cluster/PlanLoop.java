package dev.hashlb.operator.cluster;

import dev.hashlb.operator.model.ClusterView;
import dev.hashlb.operator.model.Moment;
import dev.hashlb.operator.model.Plan;
import dev.hashlb.operator.model.Planner;
import dev.hashlb.operator.model.PlannerState;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that plans: takes the lead, plans after each change and when a wait is over, stores the ledger before anything that rests on it goes
 * out, and hands over what people should see. A failure changes nothing and is tried again.
 */
final class PlanLoop implements AutoCloseable {
    /** Everything that a plan is made of and goes to. */
    record Parts(
            PlanSignal signal,
            BooleanSupplier leads,
            Views views,
            LedgerStore store,
            DataPlanes dataPlanes,
            NodeBook nodes,
            StatusWriter statuses,
            EventWriter events,
            HashNodes hashNodes,
            OwnedServices services,
            Background background) {}

    private static final Logger log = LoggerFactory.getLogger(PlanLoop.class);

    /** Changes come in bursts, and a Service's slices of both families one after the other; each list costs all nodes a change. */
    private static final long GATHER_MILLIS = 15;

    /** A change after so long is taken for the only one. */
    private static final long QUIET_MILLIS = 100;

    /** How long after taking the lead a data plane's silence means nothing. */
    private static final long SETTLE_MILLIS = 10_000;

    /** Without a change, the installation's file is looked at, and counters are written, so often. */
    private static final long IDLE_MILLIS = 1000;

    private static final long FIRST_RETRY_MILLIS = 100;
    private static final long LONGEST_RETRY_MILLIS = 5000;

    private final Parts parts;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Thread thread;
    private volatile boolean closed;

    private @Nullable PlannerState state;
    private long leadingSinceMillis;
    private long plannedAtMillis;
    private boolean waitedInVain;
    private long wakeAtMillis = Long.MAX_VALUE;
    private long retryMillis = FIRST_RETRY_MILLIS;
    private volatile boolean planned;

    PlanLoop(Parts parts, InstantSource clock, LongSupplier nanos) {
        this.parts = parts;
        this.clock = clock;
        this.nanos = nanos;
        this.thread = Thread.ofPlatform().name("hashlb-plan").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Whether this replica leads and has planned since it does. */
    boolean hasPlanned() {
        return planned;
    }

    @Override
    public void close() {
        closed = true;
        parts.signal().changed();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closed) {
                PlanSignal.Kind kind = parts.signal().await(Math.clamp(wakeAtMillis - now(), 0, IDLE_MILLIS));
                if (kind != PlanSignal.Kind.NOTHING
                        || now() >= wakeAtMillis
                        || parts.views().permitsSomethingElse()) {
                    step(gatherMillis(kind));
                } else if (state != null) {
                    parts.hashNodes().catchUp(now());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        resign();
    }

    /** An answer is acted on at once where a server waits for it; else it only counts for what people are told. */
    private long gatherMillis(PlanSignal.Kind kind) {
        return switch (kind) {
            case NOTHING -> 0;
            case ANSWER -> state != null && state.waiting().isEmpty() ? GATHER_MILLIS : 0;
            case CHANGE -> now() - plannedAtMillis < QUIET_MILLIS ? GATHER_MILLIS : 0;
        };
    }

    /** What is known now; of what is half told the other half is waited for, if it comes soon. What stays so is waited for once. */
    private ClusterView view(PlannerState before, boolean settling) throws InterruptedException {
        long until = now() + GATHER_MILLIS;
        while (true) {
            ClusterView view =
                    parts.views().now(before.ledger(), parts.statuses().written(), settling);
            long left = until - now();
            boolean half = view.isHalfTold();
            if (!half || waitedInVain || left <= 0) {
                waitedInVain = half;
                return view;
            }
            parts.signal().await(left);
        }
    }

    private void step(long gatherMillis) throws InterruptedException {
        try {
            if (!parts.leads().getAsBoolean()) {
                resign();
                return;
            }
            Thread.sleep(gatherMillis);
            parts.signal().take(); // what came meanwhile is gathered, too
            PlannerState before = state == null ? takeTheLead() : state;
            plan(before);
            retryMillis = FIRST_RETRY_MILLIS;
        } catch (RuntimeException e) {
            log.warn("planning failed and is tried again in {} ms: {}", retryMillis, e.toString(), e);
            if (state != null) {
                // What is stored may be more or less than what was meant to be.
                reload();
            }
            Thread.sleep(retryMillis);
            retryMillis = Math.min(2 * retryMillis, LONGEST_RETRY_MILLIS);
            parts.signal().changed();
        }
    }

    private PlannerState takeTheLead() {
        parts.nodes().forget();
        parts.statuses().forget();
        parts.hashNodes().forget();
        parts.services().forget();
        PlannerState fresh = PlannerState.startingFrom(parts.store().load());
        parts.dataPlanes().lead();
        leadingSinceMillis = now();
        log.info(
                "begins with a ledger of {} balancers", fresh.ledger().entries().size());
        return fresh;
    }

    private void reload() {
        try {
            PlannerState known = state;
            if (known != null) {
                state = known.with(parts.store().load());
            }
        } catch (RuntimeException e) {
            log.warn("the ledger cannot be read: {}", e.toString());
        }
    }

    private void plan(PlannerState before) throws InterruptedException {
        boolean settling = now() - leadingSinceMillis < SETTLE_MILLIS;
        ClusterView view = view(before, settling);
        long now = now();
        plannedAtMillis = now;
        Plan plan = Planner.plan(view, before, new Moment(clock.instant(), now));
        state = before;
        parts.store().store(before.ledger(), plan.next().ledger());
        long version = parts.dataPlanes().publish(plan.snapshot());
        state = plan.next().published(version);
        planned = true;
        parts.statuses().offer(plan.statuses());
        parts.events().write(plan.events());
        parts.services().refresh(view.balancers(), plan.next().ledger());
        parts.hashNodes().refresh(now);
        wakeAtMillis = plan.wakeAtMillis().orElse(Long.MAX_VALUE);
        if (settling) {
            wakeAtMillis = Math.min(wakeAtMillis, leadingSinceMillis + SETTLE_MILLIS);
        }
    }

    private void resign() {
        if (state != null) {
            state = null;
            planned = false;
            wakeAtMillis = Long.MAX_VALUE;
            parts.dataPlanes().resign();
            parts.background().forget();
        }
    }

    private long now() {
        return TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong());
    }
}

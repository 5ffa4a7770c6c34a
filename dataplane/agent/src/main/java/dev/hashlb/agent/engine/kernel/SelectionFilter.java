package dev.hashlb.agent.engine.kernel;

import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.TunDevice;
import dev.hashlb.agent.linux.bpf.BpfMap;
import dev.hashlb.agent.linux.bpf.BpfProgram;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.route.RouterSelection;
import dev.hashlb.core.route.RouterSelections;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.TableKind;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The filter of a device by which packets come that all routers receive. It drops nothing that the engine would handle. Where the kernel does not take it (no
 * CAP_BPF or CAP_SYS_ADMIN, no bpf(2)), all packets pass, and the engine drops them itself. It stays with the device when this is closed, as after
 * the end of the process: who reads the device next puts its own in its place. For one thread at a time, except {@link #dropped}.
 */
public final class SelectionFilter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SelectionFilter.class);
    /** What a kernel answers that will answer so again. */
    private static final Set<Integer> FOR_GOOD =
            Set.of(Errno.EPERM, Errno.EACCES, Errno.EINVAL, Errno.ENOSYS, Errno.E2BIG);

    private final int queueFd;
    private final String router;
    /** Made for the first program, and counted on by those after it. */
    private volatile @Nullable BpfMap dropped;
    /** What the device goes by; null if that is not known, or nothing. */
    private @Nullable SelectionPlan inForce;

    private boolean allowed;
    private boolean announced;
    private boolean refused;
    private long lastDropped;

    /**
     * Changes nothing yet.
     *
     * @param queueFd any queue of the device; stays the caller's
     * @param router this router's name
     */
    public SelectionFilter(int queueFd, String router) {
        this.queueFd = queueFd;
        this.router = router;
    }

    private void failed(LinuxException e) {
        if (FOR_GOOD.contains(e.errno())) {
            refused = true;
            LOG.info("what is another router's is dropped by this process, not by the kernel: {}", e.getMessage());
        } else {
            LOG.warn("what is another router's is dropped by this process until the next change: {}", e.getMessage());
        }
    }

    /** Whether packets may be dropped, from the next {@link #apply} on; until then all pass, whichever filter the device had. Not so at first. */
    public void allow(boolean yes) {
        allowed = yes;
        letPass();
    }

    /** Lets pass whatever the engine may handle while it goes over to this table; to be called before it does. */
    public void prepare(ForwardingTable table) {
        if (inForce != null && !SelectionPlan.of(table, router).equals(inForce)) {
            letPass();
        }
    }

    /** Filters by this table from now on; to be called once the engine forwards by it. */
    public void apply(ForwardingTable table) {
        if (!allowed || refused) {
            return;
        }
        SelectionPlan plan = SelectionPlan.of(table, router);
        if (plan.equals(inForce)) {
            return;
        }
        try {
            if (plan.useful()) {
                attach(plan, table.routers().now());
                announce();
            } else {
                letPass();
            }
            inForce = plan;
        } catch (LinuxException e) {
            failed(e);
        }
    }

    private void announce() {
        if (!announced) {
            LOG.info("the kernel drops what is another router's of the packets that all routers receive");
            announced = true;
        }
    }

    private void attach(SelectionPlan plan, RouterSelections selections) throws LinuxException {
        BpfMap counter = counter();
        int self = plan.list().indexOf(router);
        try (BpfMap choices = BpfMap.hash(
                        SelectionProgram.KEY_BYTES,
                        SelectionProgram.CHOICE_BYTES,
                        plan.choices().size());
                BpfMap slots = BpfMap.value(SelectionProgram.SLOTS_BYTES)) {
            for (var each : plan.choices().entrySet()) {
                boolean judged = plan.judged().contains(each.getKey());
                choices.put(SelectionProgram.key(each.getKey()), SelectionProgram.choice(each.getValue(), judged));
            }
            RouterSelection stable = selections.by(HashFields.FIVE_TUPLE, TableKind.STABLE);
            slots.set(Arrays.copyOf(stable.slotsOf(self).toByteArray(), SelectionProgram.SLOTS_BYTES));
            try (BpfProgram program = BpfProgram.socketFilter(
                    SelectionProgram.of(choices, slots, counter, plan.list().size(), self))) {
                TunDevice.filter(queueFd, program.fd());
            }
        }
    }

    private BpfMap counter() throws LinuxException {
        BpfMap counter = dropped;
        if (counter == null) {
            counter = BpfMap.value(Long.BYTES);
            dropped = counter;
        }
        return counter;
    }

    private void letPass() {
        inForce = null;
        try {
            TunDevice.unfilter(queueFd);
        } catch (LinuxException e) {
            // A kernel that knows no filters has none to take away, and a device that is gone neither.
            LOG.debug("there is no filter to take away: {}", e.getMessage());
        }
    }

    /** How many packets it has dropped; a super-packet counts as many as it carries. For any thread. */
    public synchronized long dropped() {
        BpfMap counter = dropped;
        if (counter != null) {
            try {
                lastDropped = counter.getLong();
            } catch (LinuxException e) {
                LOG.debug("the count is of an earlier time: {}", e.getMessage());
            }
        }
        return lastDropped;
    }

    @Override
    public synchronized void close() {
        dropped();
        BpfMap counter = dropped;
        if (counter != null) {
            dropped = null;
            counter.close();
        }
    }
}

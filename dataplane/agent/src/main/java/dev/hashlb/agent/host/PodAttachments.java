package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.netlink.Link;
import dev.hashlb.agent.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the network namespaces of this node's servers ready: a TUN in each, with all that makes packets pass. One that is
 * not there (yet, or any more) is waited for and set up when it comes; what it was is in {@link #states}.
 *
 * <p>All work is done on one control thread of its own, which calls the listener, and a few workers; they live in the
 * network namespace of the thread that makes this object. Methods may be called by any thread, but not by the listener.
 */
public final class PodAttachments implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PodAttachments.class);

    /** Looks at a waiting namespace are rarer after so many. */
    private static final int EAGER_ATTEMPTS = 30;

    private static final int PATIENT_EVERY = 5;

    private final Journal journal;
    private final AttachmentListener listener;
    private final Place node;
    private final PodBatch batch;
    private final NamespaceLooks looks;
    private final Inheritance inheritance;
    private final Map<String, Pod> pods = new TreeMap<>();
    private final Map<String, PodState> states = new ConcurrentHashMap<>();

    /** For the control thread only, as is what follows. */
    private Set<String> wanted = Set.of();

    private boolean paused;

    /** A namespace that is wanted. For the control thread only. */
    static final class Pod {
        PodPlan plan;
        final PodSetup setup;
        /** The plan is not in force yet, or not wholly. */
        boolean pending = true;
        /** The listener knows the device. */
        boolean announced;

        int attempts;

        Pod(PodPlan plan, PodSetup setup) {
            this.plan = plan;
            this.setup = setup;
        }

        String path() {
            return plan.networkNamespace();
        }
    }

    public PodAttachments(Journal journal, AttachmentListener listener) throws IOException {
        this(journal, listener, Inheritance.NOTHING);
    }

    /** @param inheritance what an earlier process has left open */
    public PodAttachments(Journal journal, AttachmentListener listener, Inheritance inheritance) throws IOException {
        this.journal = journal;
        this.inheritance = inheritance;
        this.listener = listener;
        try (Rtnetlink rtnetlink = Rtnetlink.open()) {
            node = new Place(Place.NODE, rtnetlink.namespaceCookie());
        }
        batch = new PodBatch(journal);
        looks = NamespaceLooks.start("hashlb-pods", this::poll, this::poll);
    }

    /**
     * Makes these namespaces ready, and from now on wants no others; see {@link #detachOthers}. Returns when each was tried once, or before that
     * when patience ends: what is not ready then is made so later, like one that is not there yet.
     *
     * @throws IllegalArgumentException if two plans are for one namespace
     * @throws IOException if the journal cannot be written
     */
    public void attach(Collection<PodPlan> plans, Duration patience) throws IOException {
        Map<String, PodPlan> byPath = new TreeMap<>();
        for (PodPlan plan : plans) {
            if (byPath.put(plan.networkNamespace(), plan) != null) {
                throw new IllegalArgumentException("two plans for network namespace " + plan.networkNamespace()
                        + "; expected one with the ports of all balancers");
            }
        }
        Future<?> attached = looks.submit(() -> {
            attachNow(byPath);
            return node;
        });
        if (!PodBatch.await(attached, patience)) {
            LOG.info("setting up network namespaces takes its time; they are waited for no longer");
        }
    }

    /**
     * Puts back, at some time soon, the namespaces that are wanted no more, and those that an earlier process has set up and nobody wants. Where that fails
     * the log says so, and the next call tries again.
     */
    public void detachOthers() {
        looks.now(() -> detachAllBut(wanted));
    }

    /** How far each wanted namespace is, by its path. */
    public Map<String, PodState> states() {
        return Map.copyOf(states);
    }

    /** Tells that reading or writing a TUN failed (EBADFD, EPOLLERR); for any thread, returns at once. */
    public void engineSawDeath(String networkNamespace) {
        looks.now(this::poll);
    }

    /**
     * Detaches all namespaces and puts each back as it was, also those of an earlier process. Goes on after a failure, and
     * throws the first at the end.
     */
    @Override
    public void close() throws IOException {
        looks.stopWatching();
        try {
            PodBatch.await(looks.submit(() -> {
                attachNow(Map.of());
                detachAllBut(wanted);
                return node;
            }));
        } finally {
            looks.close();
            batch.close();
        }
    }

    /**
     * Leaves all namespaces as they are, without looking at them, until {@link #resume}; {@link #attach} must not be called meanwhile.
     *
     * @return the devices' descriptors, by path; they stay this object's
     */
    public Map<String, Integer> pause() throws IOException {
        return PodBatch.await(looks.submit(() -> {
            paused = true;
            Map<String, Integer> fds = new TreeMap<>();
            pods.forEach((path, pod) -> pod.setup.tunFd().ifPresent(fd -> fds.put(path, fd)));
            return fds;
        }));
    }

    /** Looks after the namespaces again; the next {@link #attach} makes each anew what another process may have changed. */
    public void resume() throws IOException {
        PodBatch.await(looks.submit(() -> {
            paused = false;
            for (Pod pod : pods.values()) {
                pod.pending = true;
                pod.setup.distrust();
            }
            return node;
        }));
    }

    /** Ends as a kill would: devices are closed, everything else stays. */
    public void abandon() throws IOException {
        looks.close();
        batch.close();
        pods.values().forEach(p -> p.setup.closeTun());
    }

    private void attachNow(Map<String, PodPlan> plans) throws IOException {
        wanted = Set.copyOf(plans.keySet());
        looks.watch(wanted);
        List<Pod> pending = new ArrayList<>();
        for (PodPlan plan : plans.values()) {
            Pod pod = pods.computeIfAbsent(plan.networkNamespace(), path -> first(plan));
            if (!pod.plan.equals(plan)) {
                pod.plan = plan;
                pod.pending = true;
            }
            if (pod.pending) {
                pod.attempts = 0;
                pending.add(pod);
            }
        }
        attempt(pending);
    }

    private Pod first(PodPlan plan) {
        PodSetup setup = new PodSetup(journal, node, plan.networkNamespace());
        inheritance.take(plan.networkNamespace()).ifPresent(setup::inherit);
        return new Pod(plan, setup);
    }

    private void detachAllBut(Set<String> wanted) throws IOException {
        inheritance.closeOthers();
        Set<String> unwanted = new HashSet<>(pods.keySet());
        journal.entries(p -> !p.isNode()).forEach(e -> unwanted.add(e.place().path()));
        unwanted.removeAll(wanted);
        List<PodSetup> setups = new ArrayList<>();
        for (String path : unwanted) {
            Pod pod = pods.remove(path);
            states.remove(path);
            if (pod != null && pod.announced) {
                notifyLost(path, "no server of this node is in it any more");
            }
            setups.add(pod == null ? new PodSetup(journal, node, path) : pod.setup);
        }
        Set<Integer> hostSidesInUse = new HashSet<>();
        for (Pod pod : pods.values()) {
            Link hostSide = pod.setup.hostSide();
            if (hostSide != null) {
                hostSidesInUse.add(hostSide.index());
            }
        }
        Set<Long> undone = new HashSet<>();
        journal.entries(p -> unwanted.contains(p.path()))
                .forEach(e -> undone.add(e.place().cookie()));
        try {
            batch.undo(setups, link -> hostSidesInUse.contains(link.index()));
        } finally {
            makeAnew(undone);
            unwanted.forEach(this::notifyUndone);
        }
        poll(); // what could not be set up beside what is undone now
    }

    /** By another path a wanted server may be where one was that is not wanted: what was undone there was that one's, too. */
    private void makeAnew(Set<Long> cookies) {
        for (Pod pod : pods.values()) {
            if (pod.setup.isOneOf(cookies)) {
                pod.setup.distrust();
                pod.pending = true;
                pod.attempts = 0;
            }
        }
    }

    /** Unless there is something left, since the undoing failed. */
    private void notifyUndone(String path) {
        if (journal.entries(p -> p.path().equals(path)).isEmpty()) {
            try {
                listener.undone(path);
            } catch (RuntimeException e) {
                LOG.error("the listener failed at the end of {}", path, e);
            }
        }
    }

    private void poll() throws IOException {
        if (paused) {
            return;
        }
        List<Pod> pending = new ArrayList<>();
        for (Pod pod : pods.values()) {
            String reason = pod.setup.lossReason();
            if (reason != null) {
                if (pod.announced) {
                    notifyLost(pod.path(), reason);
                    pod.announced = false;
                }
                pod.setup.closeTun();
                pod.pending = true;
                pod.attempts = 0;
                states.put(pod.path(), PodState.waiting(reason));
            }
            boolean due = pod.attempts < EAGER_ATTEMPTS || pod.attempts % PATIENT_EVERY == 0;
            if ((pod.pending || pod.setup.incomplete(pod.plan)) && due) {
                pending.add(pod);
            } else {
                pod.attempts++;
            }
        }
        attempt(pending);
    }

    private void attempt(List<Pod> pending) throws IOException {
        batch.apply(pending, new PodBatch.Outcome() {
            @Override
            public void ready(Pod pod, Attachment attachment) {
                pod.pending = false;
                pod.attempts++;
                states.put(pod.path(), PodState.READY);
                if (!pod.announced) {
                    pod.announced = true;
                    LOG.info("network namespace {} is ready", pod.path());
                    notifyAttached(attachment);
                }
            }

            @Override
            public void failed(Pod pod, String reason) {
                pod.pending = true;
                pod.attempts++;
                waiting(pod, reason);
            }
        });
    }

    private void waiting(Pod pod, String reason) {
        PodState now = PodState.waiting(reason);
        if (!now.equals(states.put(pod.path(), now))) {
            LOG.warn("network namespace {} is waited for: {}", pod.path(), reason);
        }
    }

    private void notifyAttached(Attachment attachment) {
        try {
            listener.attached(attachment);
        } catch (RuntimeException e) {
            LOG.error("the listener failed for {}", attachment, e);
        }
    }

    private void notifyLost(String path, String reason) {
        LOG.info("network namespace {} is lost: {}", path, reason);
        try {
            listener.lost(path, reason);
        } catch (RuntimeException e) {
            LOG.error("the listener failed at the loss of {}", path, e);
        }
    }
}

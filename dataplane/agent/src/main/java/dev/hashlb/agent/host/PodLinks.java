package dev.hashlb.agent.host;

import dev.hashlb.agent.host.NamespaceScan.Found;
import dev.hashlb.agent.host.PodMatch.Result;
import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each pod's network namespace a lasting name: a symbolic link in a folder of our own, to the file in which the pod's
 * addresses were found up. So everything else knows namespaces by path, as with {@code hashlb run}; the path leads somewhere while the pod
 * is found, and to nothing else than its namespace.
 *
 * <p>An address says whose a namespace is only as long as the list that has it is current: what a node kept on its disk may be older than the
 * node's last start, which gives pods each other's addresses. So with such a list only namespaces are taken that were the pod's before.
 *
 * <p>Looks when other pods are wanted, when a file comes or goes in the folders that are searched (inotify(7)), every second while a pod is missing, and
 * every ten seconds else. Safe for use by several threads.
 */
public final class PodLinks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PodLinks.class);
    private static final int TICKS_WHEN_ALL_FOUND = 10;
    /** Looks for a missing pod are rarer after so many. */
    private static final int EAGER_LOOKS = 30;

    private static final int PATIENT_EVERY = 5;

    private final LinkFolder links;
    private final List<Path> searched;
    private final NamespaceScan scan;
    private final Successors successors;
    private final NamespaceLooks looks;
    private final Map<String, List<IpAddress>> wanted = new TreeMap<>();
    /** The key of the namespace that each wanted pod was found in last, by this process or an earlier one, unless it is gone: keys are given again. */
    private final Map<String, Object> own = new HashMap<>();

    /** Wanted pods of which it is known what an earlier process knew. */
    private final Set<String> recalled = new HashSet<>();

    private final Map<String, Found> located = new HashMap<>();
    private final Map<String, Result.Nowhere> missing = new TreeMap<>();
    private volatile Runnable moved = () -> {};
    private boolean current;
    private long moves;
    private long placedMoves;
    private int ticks;
    private int looksInVain;

    /**
     * @param folder for the links; made with mode 0700 if it is missing
     * @param searched folders of files that name network namespaces, or /proc; those that are missing count as empty
     */
    public PodLinks(Path folder, List<Path> searched) throws IOException {
        this(folder, searched, new Successors(Successors.DOUBTED_FOR, System::nanoTime));
    }

    PodLinks(Path folder, List<Path> searched, Successors successors) throws IOException {
        this.links = new LinkFolder(folder);
        this.searched = List.copyOf(searched);
        this.scan = new NamespaceScan(searched);
        this.successors = successors;
        looks = NamespaceLooks.start("hashlb-find-pods", () -> lookWhere(this::due), () -> lookWhere(() -> true));
    }

    /**
     * @param listener called on a thread of this object's when a wanted pod's {@link #link} has become another, and again each second until
     *     {@link #placed} says so; may call this object
     */
    public void onMoved(Runnable listener) {
        moved = listener;
    }

    /** How often a {@link #link} has become another so far; read it before the links. */
    public synchronized long moves() {
        return moves;
    }

    /** Who goes by the links goes by those after so many {@link #moves}. */
    public synchronized void placed(long moves) {
        placedMoves = Math.max(placedMoves, moves);
    }

    /** The name of a pod's namespace, whether it is there or not. Another one once the pod is found elsewhere while the namespace lives. */
    public synchronized Path link(String pod) {
        return links.of(pod);
    }

    /**
     * Looks for these pods from now on, and for no others; returns after the first look, if there are some among them that are not
     * found already. Links of pods that are not wanted any
     * more stay until {@link #undone}: what was done in their namespaces may have to be undone by that name.
     *
     * @param pods the addresses of each pod, at least one, by a name that is a file's name without '~'
     * @param current whether the addresses are those that pods have now, as far as anybody knows
     */
    public synchronized void want(Map<String, List<IpAddress>> pods, boolean current) throws IOException {
        // Reading all namespaces of a node takes longer than all else that a change elsewhere asks of it.
        boolean lookNow = pods.entrySet().stream()
                        .anyMatch(pod -> !located.containsKey(pod.getKey())
                                || !pod.getValue().equals(wanted.get(pod.getKey())))
                || (current && !this.current && !missing.isEmpty());
        this.current = current;
        Set<String> renewed = renewed(pods);
        wanted.clear();
        wanted.putAll(pods);
        List.of(own, located, missing).forEach(byPod -> byPod.keySet().retainAll(pods.keySet()));
        recalled.retainAll(pods.keySet());
        recall();
        looks.watch(searched.stream().map(f -> f.resolve("any").toString()).toList());
        if (lookNow) {
            looksInVain = 0;
            look(renewed);
        }
        links.sweep(wanted.keySet(), located.keySet());
    }

    /** Pods that have other addresses than in the list before, or are not wanted any more: what was doubted of them is settled. */
    private Set<String> renewed(Map<String, List<IpAddress>> pods) {
        Set<String> renewed = new HashSet<>();
        wanted.forEach((pod, addresses) -> {
            if (!addresses.equals(pods.get(pod))) {
                renewed.add(pod);
                successors.forget(pod);
            }
        });
        return renewed;
    }

    /** What an earlier process knew of pods that are new here. */
    private void recall() throws IOException {
        for (String pod : wanted.keySet()) {
            if (recalled.add(pod)) {
                links.recall(pod).ifPresent(namespace -> own.put(pod, namespace));
            }
        }
    }

    /** There is nothing of ours any more in the namespace that a link leads to: removes the link, unless a pod that is wanted is known by it. */
    public synchronized void undone(Path link) throws IOException {
        links.undone(link, wanted.keySet());
    }

    /** Why a pod is missing, by its name; for those that are. */
    public synchronized Map<String, String> missing() {
        Map<String, String> reasons = new TreeMap<>();
        missing.forEach((pod, nowhere) -> reasons.put(pod, nowhere.reason()));
        return reasons;
    }

    /** How many pods have more than one candidate now. */
    public synchronized int ambiguous() {
        return (int) missing.values().stream().filter(Result.Nowhere::ambiguous).count();
    }

    @Override
    public void close() throws IOException {
        looks.close();
    }

    /** @param renewed pods whose namespace may be gone since they have other addresses */
    private void look(Set<String> renewed) throws IOException {
        List<Found> namespaces = wanted.isEmpty() ? List.of() : scan.read();
        Set<Object> read = namespaces.stream().map(Found::key).collect(Collectors.toSet());
        Map<String, List<IpAddress>> looked = new TreeMap<>(wanted);
        for (String pod : wanted.keySet()) {
            Object namespace = own.get(pod);
            if (namespace == null || read.contains(namespace)) {
                continue;
            }
            if (links.leadsTo(pod, namespace)) {
                looked.remove(pod); // it is there and cannot be read now, which says nothing: the pod stays as it is
            } else {
                own.remove(pod);
                if (!renewed.contains(pod)) {
                    successors.bereave(pod);
                }
            }
        }
        Map<String, Result> matches = PodMatch.match(looked, own, namespaces, scan.ownAddresses());
        for (Map.Entry<String, Result> match : matches.entrySet()) {
            String pod = match.getKey();
            boolean isMoved = switch (believed(pod, match.getValue())) {
                case Result.In in -> found(pod, in.namespace());
                case Result.Nowhere nowhere -> lost(pod, nowhere);
            };
            moves += isMoved ? 1 : 0;
        }
        looksInVain = missing.isEmpty() ? 0 : looksInVain + 1;
    }

    private Result believed(String pod, Result result) {
        if (!(result instanceof Result.In in) || in.namespace().key().equals(own.get(pod))) {
            return result;
        }
        if (!current) {
            return new Result.Nowhere(
                    false,
                    "its address in the list on disk may be another pod's by now, who has it in "
                            + in.namespace().file() + "; waiting for the operator's list");
        }
        if (!successors.believes(pod, in.namespace().key())) {
            return new Result.Nowhere(
                    false,
                    "the network namespace that it had is gone; "
                            + in.namespace().file()
                            + " has its address, perhaps as another pod's, and is taken if it is so for a while");
        }
        return result;
    }

    private boolean found(String pod, Found namespace) throws IOException {
        Found known = located.put(pod, namespace);
        own.put(pod, namespace.key());
        missing.remove(pod);
        successors.forget(pod);
        boolean isMoved = links.lead(pod, namespace);
        if (known == null || !known.key().equals(namespace.key())) {
            LOG.info("pod {} is in network namespace {}", pod, namespace.file());
        }
        return isMoved;
    }

    private boolean lost(String pod, Result.Nowhere nowhere) {
        located.remove(pod);
        if (!nowhere.equals(missing.put(pod, nowhere))) {
            LOG.warn("pod {}: {}", pod, nowhere.reason());
        }
        return links.leave(pod);
    }

    private boolean due() {
        ticks++;
        boolean allThere = located.entrySet().stream()
                .allMatch(pod -> links.leadsTo(pod.getKey(), pod.getValue().key()));
        boolean dueForMissing = !missing.isEmpty() && (looksInVain < EAGER_LOOKS || ticks % PATIENT_EVERY == 0);
        return !allThere || dueForMissing || ticks % TICKS_WHEN_ALL_FOUND == 0;
    }

    private void lookWhere(BooleanSupplier due) throws IOException {
        boolean toldOfAll;
        synchronized (this) {
            if (due.getAsBoolean()) {
                look(Set.of());
            }
            toldOfAll = moves == placedMoves;
        }
        if (!toldOfAll) {
            moved.run(); // outside of our lock, since who is told asks where pods are
        }
    }
}

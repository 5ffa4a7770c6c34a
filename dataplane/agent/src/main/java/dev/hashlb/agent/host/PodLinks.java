package dev.hashlb.agent.host;

import dev.hashlb.agent.host.NamespaceScan.Found;
import dev.hashlb.agent.host.PodMatch.Result;
import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each pod's network namespace a lasting name: a symbolic link in a folder of our own, to the file in which the pod's
 * addresses were found up. So everything else knows namespaces by path, as with {@code hashlb run}; a link appears when the pod
 * is found, and is gone when it cannot be found any more.
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

    private final Path folder;
    private final List<Path> searched;
    private final NamespaceScan scan;
    private final NamespaceLooks looks;
    private final Map<String, List<IpAddress>> wanted = new TreeMap<>();
    private final Map<String, Found> located = new HashMap<>();
    private final Map<String, Result.Nowhere> missing = new TreeMap<>();
    private int ticks;
    private int looksInVain;

    /**
     * @param folder for the links; made with mode 0700 if it is missing
     * @param searched folders of files that name network namespaces, or /proc; those that are missing count as empty
     */
    public PodLinks(Path folder, List<Path> searched) throws IOException {
        this.folder = Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        this.searched = List.copyOf(searched);
        this.scan = new NamespaceScan(searched);
        looks = NamespaceLooks.start("hashlb-find-pods", this::tick, this::lookNow);
    }

    /** The name of a pod's namespace, whether it is there or not. */
    public Path link(String pod) {
        return folder.resolve(pod);
    }

    /**
     * Looks for these pods from now on, and for no others; returns after the first look, if there are some among them that are not
     * found already. Links of pods that are not wanted any
     * more stay until {@link #forgetOthers}: what was done in their namespaces may have to be undone by that name.
     *
     * @param pods the addresses of each pod, at least one, by a name that is a file's name
     */
    public synchronized void want(Map<String, List<IpAddress>> pods) throws IOException {
        // Reading all namespaces of a node takes longer than all else that a change elsewhere asks of it.
        boolean newOnes = pods.entrySet().stream()
                .anyMatch(pod ->
                        !located.containsKey(pod.getKey()) || !pod.getValue().equals(wanted.get(pod.getKey())));
        wanted.clear();
        wanted.putAll(pods);
        located.keySet().retainAll(pods.keySet());
        missing.keySet().retainAll(pods.keySet());
        looks.watch(searched.stream().map(f -> f.resolve("any").toString()).toList());
        if (newOnes) {
            looksInVain = 0;
            look();
        }
    }

    /** Removes the links of pods that are not wanted. */
    public synchronized void forgetOthers() throws IOException {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(folder)) {
            for (Path link : links) {
                if (!wanted.containsKey(link.getFileName().toString())) {
                    Files.deleteIfExists(link);
                }
            }
        }
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

    private void look() throws IOException {
        Map<String, Object> before = new HashMap<>();
        located.forEach((pod, found) -> before.put(pod, found.key()));
        Map<String, Result> results =
                wanted.isEmpty() ? Map.of() : PodMatch.match(wanted, before, scan.read(), scan.ownAddresses());
        for (Map.Entry<String, Result> result : results.entrySet()) {
            String pod = result.getKey();
            switch (result.getValue()) {
                case Result.In in -> found(pod, in.namespace());
                case Result.Nowhere nowhere -> lost(pod, nowhere);
            }
        }
        looksInVain = missing.isEmpty() ? 0 : looksInVain + 1;
    }

    private void found(String pod, Found namespace) throws IOException {
        located.put(pod, namespace);
        missing.remove(pod);
        Path link = link(pod);
        if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).equals(namespace.file())) {
            return;
        }
        Path beside = folder.resolve("." + pod);
        Files.deleteIfExists(beside);
        Files.createSymbolicLink(beside, namespace.file());
        Files.move(beside, link, StandardCopyOption.ATOMIC_MOVE);
        LOG.info("pod {} is in network namespace {}", pod, namespace.file());
    }

    private void lost(String pod, Result.Nowhere nowhere) throws IOException {
        located.remove(pod);
        Files.deleteIfExists(link(pod));
        if (!nowhere.equals(missing.put(pod, nowhere))) {
            LOG.warn("pod {}: {}", pod, nowhere.reason());
        }
    }

    private synchronized void tick() throws IOException {
        ticks++;
        boolean allThere = located.values().stream()
                .allMatch(f -> NamespaceScan.keyOf(f.file()).equals(f.key()));
        boolean dueForMissing = !missing.isEmpty() && (looksInVain < EAGER_LOOKS || ticks % PATIENT_EVERY == 0);
        if (!allThere || dueForMissing || ticks % TICKS_WHEN_ALL_FOUND == 0) {
            look();
        }
    }

    private synchronized void lookNow() throws IOException {
        look();
    }
}

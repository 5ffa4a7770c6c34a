package dev.hashlb.agent.host;

import dev.hashlb.agent.host.NamespaceScan.Found;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Symbolic links by which pods' network namespaces are known. A link leads to one namespace as long as that lives: where a pod is in
 * another meanwhile, it gets another link, {@code POD~1} and so on, since what was done in the namespace before is undone by its path.
 * A link that leads nowhere stays as long as its pod is looked for: it tells the next process, too, that the pod had a namespace.
 * For one thread at a time.
 */
final class LinkFolder {
    /** In no pod's name: {@code POD~1}. */
    private static final char LATER = '~';
    /** Begins the name of a link that is being made. */
    private static final String UNFINISHED = ".";
    /** More links of a pod are not looked for: each leads to a namespace that lives and is not put back as it was yet. */
    private static final int MOST_LINKS = 8;

    private final Path folder;
    private final Map<String, Path> current = new HashMap<>();

    /** Makes the folder with mode 0700 if it is missing. */
    LinkFolder(Path folder) throws IOException {
        this.folder = Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** The path by which a pod's namespace is known now, whether it is there or not. */
    Path of(String pod) {
        return current.getOrDefault(pod, name(pod, 0));
    }

    /**
     * Where the link of a pod leads, or led, that was made last, by this process or an earlier one; it is {@link #of} from now on.
     *
     * @return the key of the namespace, or of none; empty if there is no link
     */
    Optional<Object> recall(String pod) throws IOException {
        Path newest = null;
        FileTime made = null;
        for (Path link : links(pod)) {
            FileTime time = Files.getLastModifiedTime(link, LinkOption.NOFOLLOW_LINKS);
            if (made == null || time.compareTo(made) > 0) {
                newest = link;
                made = time;
            }
        }
        if (newest == null) {
            return Optional.empty();
        }
        current.put(pod, newest);
        return Optional.of(NamespaceScan.keyOf(newest));
    }

    /**
     * The pod is in a namespace.
     *
     * @return whether {@link #of} is another path than before
     */
    boolean lead(String pod, Found namespace) throws IOException {
        Path before = of(pod);
        if (leadsTo(before, namespace.key())) {
            return false; // perhaps by another of its files, which may live longer
        }
        Path next = links(pod).stream()
                .filter(link -> leadsTo(link, namespace.key()))
                .findFirst()
                .orElse(leadsSomewhere(before) ? free(pod) : before);
        if (!leadsTo(next, namespace.key())) {
            Path beside = folder.resolve(UNFINISHED + pod);
            Files.deleteIfExists(beside);
            Files.createSymbolicLink(beside, namespace.file());
            Files.move(beside, next, StandardCopyOption.ATOMIC_MOVE);
        }
        current.put(pod, next);
        return !next.equals(before);
    }

    /**
     * The pod is in no namespace that is known. A link that leads to one stays for what was done there.
     *
     * @return whether {@link #of} is another path than before
     */
    boolean leave(String pod) {
        if (!leadsSomewhere(of(pod))) {
            return false;
        }
        current.put(pod, free(pod));
        return true;
    }

    /** Whether the path by which a pod is known leads to the namespace of this key. */
    boolean leadsTo(String pod, Object key) {
        return leadsTo(of(pod), key);
    }

    /**
     * Nothing of ours is in the namespace of a link any more: removes it, unless a wanted pod is known by it, or was and is nowhere now: the next
     * process is to know that it had a namespace.
     */
    void undone(Path link, Set<String> wanted) throws IOException {
        String pod = podOf(link);
        boolean needed = wanted.contains(pod) && (of(pod).equals(link) || !Files.isSymbolicLink(of(pod)));
        if (link.startsWith(folder) && !needed) {
            Files.deleteIfExists(link);
        }
    }

    /** Removes links that lead nowhere, but for those of wanted pods that are not located, and those by which wanted pods are known. */
    void sweep(Set<String> wanted, Set<String> located) throws IOException {
        current.keySet().retainAll(wanted);
        try (DirectoryStream<Path> links = Files.newDirectoryStream(folder)) {
            for (Path link : links) {
                String pod = podOf(link);
                boolean needed = wanted.contains(pod) && (!located.contains(pod) || link.equals(of(pod)));
                if (!leadsSomewhere(link) && !needed) {
                    Files.deleteIfExists(link);
                }
            }
        }
    }

    private Path free(String pod) {
        int later = 0;
        while (leadsSomewhere(name(pod, later))) {
            later++;
        }
        return name(pod, later);
    }

    private List<Path> links(String pod) {
        List<Path> links = new ArrayList<>();
        for (int later = 0; later < MOST_LINKS; later++) {
            if (Files.isSymbolicLink(name(pod, later))) {
                links.add(name(pod, later));
            }
        }
        return links;
    }

    private Path name(String pod, int later) {
        return folder.resolve(later == 0 ? pod : pod + LATER + later);
    }

    private static String podOf(Path link) {
        String name = link.getFileName().toString();
        int later = name.lastIndexOf(LATER);
        return later < 0 ? name : name.substring(0, later);
    }

    private static boolean leadsTo(Path link, Object key) {
        return leadsSomewhere(link) && NamespaceScan.keyOf(link).equals(key);
    }

    private static boolean leadsSomewhere(Path link) {
        return !NamespaceScan.keyOf(link).equals(link);
    }
}

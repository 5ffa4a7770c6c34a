package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.NetworkNamespace;
import dev.hashlb.agent.linux.netlink.Address;
import dev.hashlb.agent.linux.netlink.Link;
import dev.hashlb.agent.linux.netlink.Rtnetlink;
import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network namespaces that a node's folders name, and which addresses are up in each. A folder is one of files, as
 * container runtimes fill /run/netns, or /proc, where each process names its own. Runs in the node's namespace, which is never
 * among the results.
 */
final class NamespaceScan {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceScan.class);
    private static final Path PROC = Path.of("/proc");
    private static final Path OWN = Path.of("/proc/self/ns/net");

    private final List<Path> folders;

    NamespaceScan(List<Path> folders) {
        this.folders = List.copyOf(folders);
    }

    /**
     * A namespace.
     *
     * @param file names it; the first found of several
     * @param key the same for all files that name it while it lives
     * @param addresses those that packets can be sent to, of devices that are up
     */
    record Found(Path file, Object key, Set<IpAddress> addresses) {}

    /** Reads all namespaces. What cannot be read now (it may just be coming or going) is left out. */
    List<Found> read() {
        List<Found> found = new ArrayList<>();
        files().forEach((key, file) -> {
            try {
                found.add(new Found(file, key, addressesIn(file)));
            } catch (IOException e) {
                LOG.debug("{} is left out: {}", file, e.getMessage());
            }
        });
        return found;
    }

    /** The addresses up in the node's own namespace. */
    Set<IpAddress> ownAddresses() throws IOException {
        try (Rtnetlink rtnetlink = Rtnetlink.open()) {
            return addresses(rtnetlink);
        }
    }

    /** Which namespace a file names now; {@code file} itself, equal to no key, if none. */
    static Object keyOf(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            // Of /run/netns as of /proc/PID/ns/net this is device and inode of the namespace (nsfs), not of the name.
            Object key = attributes.fileKey();
            return attributes.isRegularFile() && key != null ? key : file;
        } catch (IOException e) {
            return file;
        }
    }

    private Map<Object, Path> files() {
        Map<Object, Path> files = new LinkedHashMap<>();
        Object own = keyOf(OWN);
        for (Path folder : folders) {
            for (Path file : filesOf(folder)) {
                Object key = keyOf(file);
                if (!key.equals(own) && !key.equals(file)) {
                    files.putIfAbsent(key, file);
                }
            }
        }
        return files;
    }

    private static List<Path> filesOf(Path folder) {
        boolean proc = folder.equals(PROC);
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, proc ? "[0-9]*" : "*")) {
            entries.forEach(e -> files.add(proc ? e.resolve("ns/net") : e));
        } catch (NoSuchFileException e) {
            LOG.trace("no folder {}", folder);
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            LOG.warn("folder {} cannot be read: {}", folder, e.getMessage());
        }
        files.sort(null);
        return files;
    }

    private static Set<IpAddress> addressesIn(Path file) throws IOException {
        return NetworkNamespace.ofPath(file).call(() -> {
            try (Rtnetlink rtnetlink = Rtnetlink.open()) {
                return addresses(rtnetlink);
            }
        });
    }

    private static Set<IpAddress> addresses(Rtnetlink rtnetlink) throws IOException {
        Set<Integer> up = rtnetlink.links().list().stream()
                .filter(l -> l.up() && !l.loopback())
                .map(Link::index)
                .collect(Collectors.toSet());
        return rtnetlink.addresses().list().stream()
                .filter(a -> up.contains(a.linkIndex()) && a.lastingAndGlobal())
                .map(Address::address)
                .collect(Collectors.toSet());
    }
}

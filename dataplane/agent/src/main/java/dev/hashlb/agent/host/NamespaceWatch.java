package dev.hashlb.agent.host;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells at once when files that name network namespaces come or go (inotify(7) on their folders). It is only there to be
 * quick: folders that cannot be watched, such as those of /proc, are left to the caller's regular look.
 */
final class NamespaceWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceWatch.class);

    private final WatchService service;
    private final Runnable onChange;
    private final Set<Path> watched = new HashSet<>();

    private NamespaceWatch(WatchService service, Runnable onChange) {
        this.service = service;
        this.onChange = onChange;
    }

    /** @param onChange called on the watch's own thread */
    static NamespaceWatch start(Runnable onChange) throws IOException {
        NamespaceWatch watch = new NamespaceWatch(FileSystems.getDefault().newWatchService(), onChange);
        Thread.ofPlatform().name("hashlb-netns-watch").daemon().start(watch::run);
        return watch;
    }

    /** Watches the folders of these files; folders that are watched already stay so. */
    void watch(Collection<String> files) {
        Set<Path> folders = files.stream()
                .map(f -> Path.of(f).toAbsolutePath().getParent())
                .filter(f -> f != null && !f.startsWith("/proc") && !watched.contains(f) && Files.isDirectory(f))
                .collect(Collectors.toSet());
        for (Path folder : folders) {
            try {
                folder.register(service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE);
                watched.add(folder);
            } catch (IOException e) {
                LOG.debug("{} cannot be watched, it is looked at every second", folder, e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        service.close();
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = service.take();
                key.pollEvents();
                key.reset();
                onChange.run();
            }
        } catch (ClosedWatchServiceException e) {
            LOG.trace("closed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

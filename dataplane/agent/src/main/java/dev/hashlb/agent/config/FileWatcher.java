package dev.hashlb.agent.config;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a file changed: written in place, replaced by a rename, or behind a symbolic link that was replaced (as
 * Kubernetes does with ConfigMaps). It watches the folders (inotify(7)) and, since a folder may itself be replaced and some
 * file systems tell nothing, looks at the files from time to time as well.
 */
public final class FileWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileWatcher.class);

    private final List<Path> files;
    private final Duration poll;
    private final Duration quiet;
    private final Runnable changed;
    private final WatchService watch;
    private final Thread thread;
    private final Map<Path, WatchKey> folders = new HashMap<>();
    private Map<Path, Sight> seen;

    /** What a look at a file shows; {@code null} parts if it is not there. */
    private record Sight(@Nullable Path real, @Nullable Object key, long modifiedNanos, long lengthBytes) {}

    private FileWatcher(List<Path> files, Duration poll, Duration quiet, Runnable changed) throws IOException {
        this.files = files.stream().map(Path::toAbsolutePath).toList();
        this.poll = poll;
        this.quiet = quiet;
        this.changed = changed;
        this.watch = FileSystems.getDefault().newWatchService();
        this.seen = look();
        this.thread = Thread.ofPlatform().daemon().name("hashlb-file-watcher").unstarted(this::run);
    }

    /**
     * Watches from now on.
     *
     * @param files need not exist
     * @param poll how long a change that no event tells may stay unnoticed
     * @param quiet how long nothing more must happen before a change is told, so that one edit is one change
     * @param changed called on the watcher's own thread, one call after the other; what it throws is logged
     */
    public static FileWatcher start(List<Path> files, Duration poll, Duration quiet, Runnable changed)
            throws IOException {
        FileWatcher watcher = new FileWatcher(files, poll, quiet, changed);
        watcher.watchFolders();
        watcher.thread.start();
        return watcher;
    }

    /** Stops watching; a call that is under way is waited for. */
    @Override
    public void close() throws IOException {
        watch.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = watch.poll(poll.toMillis(), TimeUnit.MILLISECONDS);
                boolean written = key != null && namesOneOfOurs(key);
                Map<Path, Sight> now = look();
                if (written || !now.equals(seen)) {
                    awaitQuiet();
                    seen = look();
                    tell();
                }
                watchFolders();
            }
        } catch (ClosedWatchServiceException e) {
            LOG.debug("no longer watching {}", files);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell() {
        try {
            changed.run();
        } catch (RuntimeException e) {
            LOG.error("the change of {} could not be handled", files, e);
        }
    }

    private void awaitQuiet() throws InterruptedException {
        for (WatchKey key = watch.poll(quiet.toMillis(), TimeUnit.MILLISECONDS);
                key != null;
                key = watch.poll(quiet.toMillis(), TimeUnit.MILLISECONDS)) {
            if (!namesOneOfOurs(key)) {
                return; // somebody else's file in the same folder must not put ours off for ever
            }
        }
    }

    /** Takes a key's events; whether one of them is about a file of ours. */
    private boolean namesOneOfOurs(WatchKey key) {
        boolean ours = false;
        Path folder = (Path) key.watchable();
        for (WatchEvent<?> event : key.pollEvents()) {
            ours |= event.kind().equals(StandardWatchEventKinds.OVERFLOW)
                    || (event.context() instanceof Path name && files.contains(folder.resolve(name)));
        }
        if (!key.reset()) {
            folders.values().remove(key);
        }
        return ours;
    }

    private void watchFolders() {
        Set<Path> wanted = new HashSet<>();
        files.forEach(f -> wanted.add(f.getParent()));
        for (Path folder : wanted) {
            WatchKey key = folders.get(folder);
            if (key == null || !key.isValid()) {
                try {
                    folders.put(
                            folder,
                            folder.register(
                                    watch,
                                    StandardWatchEventKinds.ENTRY_CREATE,
                                    StandardWatchEventKinds.ENTRY_MODIFY,
                                    StandardWatchEventKinds.ENTRY_DELETE));
                } catch (IOException e) {
                    LOG.debug("cannot watch {} now: {}; looking every {}", folder, e.getMessage(), poll);
                }
            }
        }
    }

    private Map<Path, Sight> look() {
        Map<Path, Sight> sights = new HashMap<>();
        for (Path file : files) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                sights.put(
                        file,
                        new Sight(
                                file.toRealPath(),
                                attributes.fileKey(),
                                attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                                attributes.size()));
            } catch (IOException e) {
                sights.put(file, new Sight(null, null, 0, 0)); // not there, or not to be read: a sight like any other
            }
        }
        return sights;
    }
}

package dev.hashlb.e2e.control;

import dev.hashlb.agent.control.StoredSnapshot;
import dev.hashlb.core.snapshot.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What each node has kept, read again only where its file is another: looking often costs the machine little. For one thread. */
final class StoredLists {
    private record Seen(Object file, long writtenNanos, Snapshot snapshot) {}

    private final ControlledLab lab;
    private final Map<String, Seen> seen = new HashMap<>();

    StoredLists(ControlledLab lab) {
        this.lab = lab;
    }

    /** The newest of a node; {@link Snapshot#EMPTY} if it has kept nothing. */
    Snapshot of(String node) {
        Path file = StoredSnapshot.file(lab.state(node));
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            long writtenNanos = now.lastModifiedTime().to(TimeUnit.NANOSECONDS);
            Seen before = seen.get(node);
            if (before == null
                    || before.writtenNanos() != writtenNanos
                    || !before.file().equals(now.fileKey())) {
                before = new Seen(now.fileKey(), writtenNanos, lab.stored(node));
                seen.put(node, before);
            }
            return before.snapshot();
        } catch (NoSuchFileException e) {
            return Snapshot.EMPTY;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.hashlb.agent.host;

import dev.hashlb.agent.durable.DurableFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What HashLB has changed on this host, in one file of the state folder: written before each change, so that a
 * process that is killed at any moment leaves a file from which the next one can put everything back. The first old value
 * of a thing stays, however often it is changed. Entries of an earlier boot are dropped: what they tell of is gone. So the disk need
 * not be waited for.
 *
 * <p>One line for each entry, fields separated by tabs. Safe for use by several threads. A lock keeps a second process
 * away from the folder.
 */
public final class Journal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    static final String FILE = "host-journal";
    private static final String HEADER = "hashlb-host-journal 1 boot ";
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path folder;
    private final String header;
    private FileChannel lock;
    private final Map<String, JournalEntry> entries = new LinkedHashMap<>();

    private Journal(Path folder, String header, FileChannel lock) {
        this.folder = folder;
        this.header = header;
        this.lock = lock;
    }

    /**
     * Opens the journal of a state folder, which is made if it is missing.
     *
     * @throws HostSetupException if another process uses the folder, or the journal cannot be read
     */
    public static Journal open(Path stateFolder) throws IOException {
        Files.createDirectories(stateFolder);
        Journal journal = new Journal(
                stateFolder, HEADER + Files.readString(BOOT_ID).strip(), lock(stateFolder.resolve(FILE + ".lock")));
        try {
            journal.load();
        } catch (IOException | RuntimeException e) {
            journal.close();
            throw e;
        }
        return journal;
    }

    /** All entries of places that fulfil a condition, oldest first. */
    synchronized List<JournalEntry> entries(Predicate<Place> condition) {
        return entries.values().stream().filter(e -> condition.test(e.place())).toList();
    }

    synchronized List<JournalEntry> entries(Place place) {
        return entries(place::equals);
    }

    /** Adds what is not there yet; in the file when this returns. */
    synchronized void record(Collection<JournalEntry> changes) throws IOException {
        boolean any = false;
        for (JournalEntry change : changes) {
            any |= entries.putIfAbsent(identity(change), change) == null;
        }
        if (any) {
            store();
        }
    }

    /** Removes what has been undone. */
    synchronized void forget(Collection<JournalEntry> undone) throws IOException {
        boolean any = false;
        for (JournalEntry entry : undone) {
            any |= entries.remove(identity(entry)) != null;
        }
        if (any) {
            store();
        }
    }

    /** Leaves the folder to another process, which may change the journal, until {@link #reopen}. */
    public synchronized void release() throws IOException {
        lock.close();
    }

    /**
     * Takes the folder back, with what the other process has left in the journal.
     *
     * @throws HostSetupException if a process has it still
     */
    public synchronized void reopen() throws IOException {
        if (!lock.isOpen()) {
            lock = lock(folder.resolve(FILE + ".lock"));
        }
        entries.clear();
        load();
    }

    @Override
    public synchronized void close() throws IOException {
        lock.close();
    }

    private static String identity(JournalEntry entry) {
        return entry.place().cookie() + "\t" + entry.place().path() + "\t" + entry.kind() + "\t" + entry.key();
    }

    private static FileChannel lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        @Nullable FileLock taken = null;
        try {
            taken = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // This process has it, in another Journal: the same answer as for another process.
        } finally {
            if (taken == null) {
                channel.close();
            }
        }
        if (taken == null) {
            throw new HostSetupException("state folder " + file.getParent()
                    + " is in use by another hashlb process; stop that one, follow it with --take-over, or give this one a folder of"
                    + " its own");
        }
        return channel;
    }

    private void load() throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return;
        }
        String text = Files.readString(file);
        if (text.isEmpty() || text.charAt(0) == 0) {
            LOG.info("{} was being written when the system crashed; what it told of went with that boot", file);
            store();
            return;
        }
        List<String> lines = text.lines().toList();
        if (!lines.getFirst().startsWith(HEADER)) {
            throw new HostSetupException(file + " is no journal of this version (it does not begin with '" + HEADER
                    + "'); move it away after undoing by hand what docs/host-footprint.md lists");
        }
        if (!lines.getFirst().equals(header)) {
            store();
            return;
        }
        for (String line : lines.subList(1, lines.size())) {
            try {
                JournalEntry entry = JournalEntry.parse(line);
                entries.putIfAbsent(identity(entry), entry);
            } catch (IllegalArgumentException e) {
                throw new HostSetupException(file + ": " + e.getMessage() + "; remove the line", e);
            }
        }
    }

    /** A new file takes the old one's place at once, so that a crash leaves one of the two whole. */
    private void store() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(header);
        entries.values().forEach(e -> lines.add(e.toLine()));
        String text = lines.stream().collect(Collectors.joining("\n", "", "\n"));
        DurableFile.replaceForThisBoot(folder.resolve(FILE), text.getBytes(StandardCharsets.UTF_8));
    }
}

package dev.hashlb.agent.control;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.hashlb.agent.durable.DurableFile;
import dev.hashlb.core.digest.SnapshotDigest;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * The last good snapshot on disk, as a whole {@link SnapshotChange}, keys too: so the file is for its owner alone. See
 * docs/state.md.
 */
public final class StoredSnapshot {
    private static final String FILE_NAME = "snapshot.pb";
    private static final long LONGEST_BYTES = 16L << 20;
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path folder;
    private final Path file;

    public StoredSnapshot(Path folder) {
        this.folder = folder;
        this.file = file(folder);
    }

    /** The file in a state folder. */
    public static Path file(Path folder) {
        return folder.resolve(FILE_NAME);
    }

    Path file() {
        return file;
    }

    /**
     * What was saved last; empty if there is nothing.
     *
     * @throws IOException if the system does not let it be read, or it is no snapshot
     */
    Optional<SnapshotChange> load() throws IOException {
        try {
            if (Files.size(file) > LONGEST_BYTES) {
                throw new IOException(file + " is longer than " + LONGEST_BYTES + " bytes; remove it");
            }
            return Optional.of(SnapshotChange.parseFrom(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            throw new IOException(file + " is damaged (" + e.getMessage() + "); remove it", e);
        }
    }

    /**
     * The snapshot that was saved last, for who only wants to look at it.
     *
     * @throws IOException if the system does not let it be read, or it is damaged
     */
    public Optional<Snapshot> snapshot() throws IOException {
        Optional<SnapshotChange> kept = load();
        if (kept.isEmpty()) {
            return Optional.empty();
        }
        try {
            Snapshot snapshot = ChangeReader.read(Snapshot.EMPTY, kept.get());
            if (SnapshotDigest.of(snapshot) != kept.get().getDigest()) {
                throw new IOException(file + " is damaged: its digest is another; remove it");
            }
            return Optional.of(snapshot);
        } catch (ChangeRefusedException e) {
            throw new IOException(file + " is damaged: " + e.getMessage() + "; remove it", e);
        }
    }

    /** Keeps a snapshot, whole or not at all: a crash at any moment leaves either it or the one before. */
    void save(SnapshotChange whole) throws IOException {
        Files.createDirectories(folder, OWNER_ONLY_FOLDER);
        DurableFile.replace(file, whole.toByteArray(), OWNER_ONLY);
    }
}

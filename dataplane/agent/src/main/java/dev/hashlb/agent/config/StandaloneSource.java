package dev.hashlb.agent.config;

import dev.hashlb.core.snapshot.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a standalone data plane's snapshots come from: the file of documents, and if it has them the key file and the state
 * folder. It holds no snapshot itself; the caller says which one is in force.
 */
public final class StandaloneSource {
    private final Path file;
    private final @Nullable Path keyFile;
    private final @Nullable StateFolder state;

    public StandaloneSource(Path file, @Nullable Path keyFile, @Nullable StateFolder state) {
        this.file = file;
        this.keyFile = keyFile;
        this.state = state;
    }

    /** The files whose change calls for {@link #read}. */
    public List<Path> files() {
        return keyFile == null ? List.of(file) : List.of(file, keyFile);
    }

    /**
     * The snapshot that was in force before a restart, with the keys of the key file; {@link Snapshot#EMPTY} without a state
     * folder or with an empty one. To number changes after it.
     *
     * @throws RefusedInputException if the state or the key file makes no sense
     */
    public Snapshot lastGood() throws IOException, RefusedInputException {
        Optional<Snapshot> kept = state == null ? Optional.empty() : state.load();
        if (kept.isEmpty()) {
            return Snapshot.EMPTY;
        }
        KeyFile.KeyCheck keys = keys();
        List<LocatedFinding> mistakes =
                keys.findings().stream().filter(LocatedFinding::isMistake).toList();
        if (!mistakes.isEmpty()) {
            throw new RefusedInputException(
                    mistakes.stream().map(m -> m.finding().toString()).toList());
        }
        return kept.get().withKeys(keys.keys());
    }

    /**
     * Reads and judges the files.
     *
     * @param before the snapshot in force, after which changes are numbered
     * @return with a snapshot equal to {@code before} if nothing changed; without one if there is a mistake in either file
     */
    public FileCheck read(Snapshot before) throws IOException {
        KeyFile.KeyCheck keys = keys();
        FileCheck declared = DeclarationFile.check(file, before, keys.keys());
        List<LocatedFinding> all = new ArrayList<>(declared.findings());
        all.addAll(keys.findings());
        boolean good = all.stream().noneMatch(LocatedFinding::isMistake);
        return new FileCheck(good ? declared.snapshot() : Optional.empty(), all);
    }

    /** Keeps a snapshot that came into force, if there is a state folder. */
    public void keep(Snapshot inForce) throws IOException {
        if (state != null) {
            state.save(inForce);
        }
    }

    private KeyFile.KeyCheck keys() throws IOException {
        return keyFile == null ? new KeyFile.KeyCheck(List.of(), List.of()) : KeyFile.check(keyFile);
    }
}

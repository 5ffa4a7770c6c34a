package dev.hashlb.agent.config;

import dev.hashlb.agent.config.YamlNode.Field;
import dev.hashlb.agent.config.YamlNode.Kind;
import dev.hashlb.agent.config.YamlNode.Mapping;
import dev.hashlb.agent.config.YamlNode.Scalar;
import dev.hashlb.agent.config.YamlNode.Sequence;
import dev.hashlb.agent.durable.DurableFile;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The folder where a data plane keeps its last good snapshot, from which it numbers changes after a restart and which
 * {@code trace --state} answers from. One data plane a folder. See docs/state.md.
 */
public final class StateFolder {
    private static final String FILE_NAME = "snapshot.json";

    private final Path folder;
    private final Path file;

    public StateFolder(Path folder) {
        this.folder = folder;
        this.file = folder.resolve(FILE_NAME);
    }

    /**
     * The snapshot that was saved last, without keys; empty if there is none.
     *
     * @throws RefusedInputException if the file there was not written by {@link #save}
     * @throws IOException if the system does not let it be read
     */
    public Optional<Snapshot> load() throws IOException, RefusedInputException {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        List<YamlNode> documents;
        try {
            documents = YamlReader.read(text); // JSON is YAML
        } catch (YamlReader.SyntaxException e) {
            throw refused(e.problem());
        }
        if (documents.size() != 1 || !(documents.getFirst() instanceof Mapping state)) {
            throw refused("is not one JSON object");
        }
        if (!(value(state, "format") instanceof Scalar format) || !format.text().equals(SnapshotJson.FORMAT)) {
            throw refused("is not of format " + SnapshotJson.FORMAT);
        }
        if (!(value(state, "documents") instanceof Sequence kept)
                || !(value(state, "generations") instanceof Mapping generations)) {
            throw refused("has no documents or generations");
        }
        long version = number(value(state, "version"));
        if (kept.items().isEmpty()) {
            return Optional.of(new Snapshot(version, List.of(), List.of(), List.of()));
        }
        FileCheck check = DeclarationText.check(kept.items(), Snapshot.EMPTY, List.of());
        if (check.snapshot().isEmpty()) {
            throw refused("is damaged: " + check.mistakes().getFirst().finding());
        }
        return Optional.of(withCounters(check.snapshot().get(), version, generations));
    }

    /**
     * Keeps a snapshot, whole or not at all: a crash at any moment leaves either it or the one before.
     *
     * @throws IOException if the system does not let it; then the one before is still there
     */
    public void save(Snapshot snapshot) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        DurableFile.replace(file, SnapshotJson.write(snapshot).getBytes(StandardCharsets.UTF_8));
    }

    private Snapshot withCounters(Snapshot read, long version, Mapping generations) throws RefusedInputException {
        List<Balancer> balancers = new ArrayList<>();
        for (Balancer balancer : read.balancers()) {
            long counter = number(value(generations, balancer.name().toString()));
            balancers.add(balancer.withGeneration(Math.max(counter, balancer.generation())));
        }
        return read.withBalancers(balancers).withVersion(version);
    }

    private static @Nullable YamlNode value(Mapping mapping, String name) {
        Field field = mapping.fields().get(name);
        return field == null ? null : field.value();
    }

    private long number(@Nullable YamlNode node) throws RefusedInputException {
        if (node instanceof Scalar scalar
                && scalar.kind() == Kind.NUMBER
                && scalar.text().matches("\\d{1,18}")) {
            return Long.parseLong(scalar.text());
        }
        throw refused("lacks its version or a generation");
    }

    private RefusedInputException refused(String problem) {
        return new RefusedInputException(
                "state file " + file + " " + problem + "; remove it, and generations are numbered anew from 1");
    }
}

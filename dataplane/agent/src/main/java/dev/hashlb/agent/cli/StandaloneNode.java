package dev.hashlb.agent.cli;

import dev.hashlb.agent.config.FileCheck;
import dev.hashlb.agent.config.RefusedInputException;
import dev.hashlb.agent.config.StandaloneSource;
import dev.hashlb.agent.run.DataPlane;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Snapshot;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Help.Ansi;

/** Reads a node's file, at the start and whenever it changes, and remembers what was applied last. */
final class StandaloneNode {
    private static final Logger LOG = LoggerFactory.getLogger(StandaloneNode.class);

    private final Path file;
    private final String nodeName;
    private final StandaloneSource source;
    private final PrintWriter err;

    /** @param file for messages; read through {@code source} */
    StandaloneNode(Path file, String nodeName, StandaloneSource source, PrintWriter err) {
        this.file = file;
        this.nodeName = nodeName;
        this.source = source;
        this.err = err;
    }

    /**
     * The snapshot to begin with; its changes are numbered from what was in force before a restart.
     *
     * @throws RefusedInputException if a file has mistakes, which have been told
     */
    Snapshot first() throws IOException, RefusedInputException {
        return read(source.lastGood());
    }

    /** This node as the snapshot declares it. */
    Node self(Snapshot snapshot) throws RefusedInputException {
        return snapshot.node(nodeName).orElseThrow(() -> {
            List<String> names = snapshot.nodes().stream().map(Node::name).toList();
            return new RefusedInputException("--node " + nodeName + ": " + file + " declares no such node; it declares "
                    + String.join(", ", names));
        });
    }

    /** Applies a snapshot and remembers it. */
    void apply(DataPlane dataPlane, Snapshot snapshot) throws IOException {
        dataPlane.apply(snapshot);
        source.keep(snapshot);
    }

    /** Reads the file again and applies what it declares now; a file that is refused changes nothing, and says so. */
    void reload(DataPlane dataPlane) {
        Snapshot before = dataPlane.applied();
        try {
            Snapshot next = read(before);
            if (next.equals(before)) {
                return;
            }
            self(next);
            Optional<String> needsRestart = dataPlane.needsRestart(next);
            if (needsRestart.isPresent()) {
                throw new RefusedInputException(needsRestart.get());
            }
            apply(dataPlane, next);
        } catch (RefusedInputException e) {
            e.lines().forEach(err::println);
            refused(dataPlane, before);
        } catch (IOException e) {
            LOG.error("{} could not be applied: {}", file, e.getMessage());
            refused(dataPlane, before);
        }
    }

    private void refused(DataPlane dataPlane, Snapshot before) {
        dataPlane.metrics().refused();
        LOG.warn("{} is refused; snapshot {} stays", file, before.version());
    }

    private Snapshot read(Snapshot before) throws IOException, RefusedInputException {
        FileCheck check = source.read(before);
        FindingsTable.lines(file, check.findings(), Ansi.AUTO).forEach(err::println);
        return check.snapshot().orElseThrow(() -> new RefusedInputException(file + " is refused; nothing was changed"));
    }
}

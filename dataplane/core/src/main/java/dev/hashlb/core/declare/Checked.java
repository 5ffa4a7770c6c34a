package dev.hashlb.core.declare;

import dev.hashlb.core.snapshot.Snapshot;
import java.util.List;
import java.util.Optional;

/**
 * What became of a declaration.
 *
 * @param snapshot absent if there is any mistake
 * @param findings every mistake and warning
 */
public record Checked(Optional<Snapshot> snapshot, List<Finding> findings) {
    public Checked {
        findings = List.copyOf(findings);
    }
}

package dev.hashlb.agent.config;

import dev.hashlb.core.snapshot.Snapshot;
import java.util.List;
import java.util.Optional;

/**
 * What became of a file.
 *
 * @param snapshot absent if there is any mistake
 * @param findings every mistake and warning, in the order of the file
 */
public record FileCheck(Optional<Snapshot> snapshot, List<LocatedFinding> findings) {
    public FileCheck {
        findings = List.copyOf(findings);
    }

    public List<LocatedFinding> mistakes() {
        return findings.stream().filter(LocatedFinding::isMistake).toList();
    }

    public List<LocatedFinding> warnings() {
        return findings.stream().filter(f -> !f.isMistake()).toList();
    }
}

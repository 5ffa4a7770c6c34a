package dev.hashlb.agent.config;

import dev.hashlb.core.declare.Finding;

/** @param line the finding's line in the file, from 1; 0 if it has none */
public record LocatedFinding(Finding finding, int line) {
    public boolean isMistake() {
        return finding.isMistake();
    }
}

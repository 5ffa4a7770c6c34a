package dev.hashlb.agent.cli;

import dev.hashlb.agent.config.LocatedFinding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/** Findings as lines in columns: where, how bad, what. */
final class FindingsTable {
    private FindingsTable() {}

    static List<String> lines(Path file, List<LocatedFinding> findings, Ansi ansi) {
        int width =
                findings.stream().mapToInt(f -> where(file, f).length()).max().orElse(0);
        List<String> lines = new ArrayList<>();
        for (LocatedFinding finding : findings) {
            String severity = ansi.string(finding.isMistake() ? "@|bold,red mistake|@" : "@|yellow warning|@");
            lines.add(pad(where(file, finding), width) + "  " + severity + "  " + finding.finding());
        }
        return lines;
    }

    static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String where(Path file, LocatedFinding finding) {
        return finding.line() == 0 ? file.toString() : file + ":" + finding.line();
    }
}

package dev.hashlb.agent.config;

import dev.hashlb.core.declare.Checked;
import dev.hashlb.core.declare.Declaration;
import dev.hashlb.core.declare.Finding;
import dev.hashlb.core.declare.Findings;
import dev.hashlb.core.declare.Place;
import dev.hashlb.core.declare.SnapshotBuilder;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TunnelKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** From the text of a file to a snapshot, or to all the reasons why there is none. Never throws, whatever the text is. */
public final class DeclarationText {
    private static final String WHOLE_FILE = "file";

    private DeclarationText() {}

    /**
     * Judges a text.
     *
     * @param before the snapshot that it follows; {@link Snapshot#EMPTY} for none
     */
    public static FileCheck check(String text, Snapshot before, List<TunnelKey> keys) {
        List<YamlNode> documents;
        try {
            documents = YamlReader.read(text);
        } catch (YamlReader.SyntaxException e) {
            return refused(e.problem(), e.line());
        }
        return check(documents, before, keys);
    }

    static FileCheck check(List<YamlNode> documents, Snapshot before, List<TunnelKey> keys) {
        Findings structure = new Findings();
        Lines lines = new Lines();
        Declaration declaration = new DocumentReader(structure, lines).read(documents);
        if (declaration.entries().isEmpty() && !structure.hasMistakes()) {
            // An empty file is more likely one that is just being written than a wish for no balancers.
            return refused("has no document; to have no balancers, keep a StaticNodes document", 0);
        }
        Checked checked = SnapshotBuilder.build(declaration, before, keys);
        List<Finding> findings = new ArrayList<>(structure.list());
        // What could not be read is missing to the rules: that would tell the same mistake twice.
        checked.findings().stream()
                .filter(f -> structure.list().stream().noneMatch(s -> s.place().contains(f.place())))
                .forEach(findings::add);
        boolean good = findings.stream().noneMatch(Finding::isMistake);
        return new FileCheck(
                good ? checked.snapshot() : Optional.empty(),
                findings.stream()
                        .map(f -> new LocatedFinding(f, lines.of(f.place())))
                        .sorted(Comparator.comparingInt(LocatedFinding::line))
                        .toList());
    }

    static FileCheck refused(String problem, int line) {
        Finding finding = new Finding(Finding.Severity.MISTAKE, Place.of(-1, WHOLE_FILE), "", problem, "");
        return new FileCheck(Optional.empty(), List.of(new LocatedFinding(finding, line)));
    }
}

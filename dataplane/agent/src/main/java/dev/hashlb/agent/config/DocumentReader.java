package dev.hashlb.agent.config;

import dev.hashlb.agent.config.YamlNode.Field;
import dev.hashlb.agent.config.YamlNode.Mapping;
import dev.hashlb.agent.config.YamlNode.Scalar;
import dev.hashlb.core.declare.Declaration;
import dev.hashlb.core.declare.Document;
import dev.hashlb.core.declare.Findings;
import dev.hashlb.core.declare.HashLoadBalancer;
import dev.hashlb.core.declare.Metadata;
import dev.hashlb.core.declare.Place;
import dev.hashlb.core.declare.Spelling;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns YAML documents into a {@link Declaration}: finds each one's kind and has its record filled. */
final class DocumentReader {
    /** What Kubernetes adds to a document when it hands it out, so that such a one can be used as it is. */
    private static final Map<Type, Set<String>> PASSED_OVER = Map.of(
            HashLoadBalancer.class,
            Set.of("status"),
            Metadata.class,
            Set.of(
                    "annotations",
                    "creationTimestamp",
                    "deletionGracePeriodSeconds",
                    "deletionTimestamp",
                    "finalizers",
                    "generateName",
                    "generation",
                    "labels",
                    "managedFields",
                    "ownerReferences",
                    "resourceVersion",
                    "selfLink",
                    "uid"));

    private final Findings findings;
    private final Lines lines;

    DocumentReader(Findings findings, Lines lines) {
        this.findings = findings;
        this.lines = lines;
    }

    static Set<String> passedOver(Type type) {
        return PASSED_OVER.getOrDefault(type, Set.of());
    }

    /** Those documents that can be read, each with its index; empty ones are left out. */
    Declaration read(List<YamlNode> documents) {
        List<Declaration.Entry> entries = new ArrayList<>();
        for (int i = 0; i < documents.size(); i++) {
            int index = i;
            if (!(documents.get(i) instanceof Scalar scalar && scalar.isNull())) {
                read(documents.get(i), i).ifPresent(d -> entries.add(new Declaration.Entry(index, d)));
            }
        }
        return new Declaration(entries);
    }

    private Optional<Document> read(YamlNode node, int index) {
        if (!(node instanceof Mapping mapping)) {
            Place place = Place.of(index, Document.label(null, null, null, index));
            lines.put(place, node.line());
            findings.mistake(
                    place,
                    null,
                    "is " + node.description(),
                    "a document has apiVersion, kind, metadata and what the kind needs");
            return Optional.empty();
        }
        String kind = scalar(mapping, "kind");
        Place place = Place.of(index, label(mapping, kind, index));
        lines.put(place, mapping.line());
        mapping.fields().values().forEach(f -> lines.put(place.field(f.name()), f.line()));
        checkApiVersion(scalar(mapping, "apiVersion"), place.field("apiVersion"));
        Class<? extends Document> type = kind == null ? null : Document.KINDS.get(kind);
        if (type == null) {
            findings.mistake(
                    place.field("kind"),
                    kind,
                    kind == null ? "is missing" : "is not known here",
                    Spelling.remedy(kind == null ? "" : kind, Document.KINDS.keySet()));
            return Optional.empty();
        }
        Set<String> known = new HashSet<>(passedOver(type));
        known.addAll(Set.of("apiVersion", "kind"));
        Record document = new RecordReader(findings, lines).read(mapping, type.asSubclass(Record.class), place, known);
        return Optional.of((Document) document);
    }

    private void checkApiVersion(@Nullable String version, Place place) {
        if (!Document.API_VERSION.equals(version)) {
            findings.mistake(
                    place,
                    version,
                    version == null ? "is missing" : "is not known here",
                    "write " + Document.API_VERSION);
        }
    }

    private static String label(Mapping document, @Nullable String kind, int index) {
        Field metadata = document.fields().get("metadata");
        Mapping names = metadata != null && metadata.value() instanceof Mapping m ? m : null;
        return Document.label(
                kind,
                names == null ? null : scalar(names, "namespace"),
                names == null ? null : scalar(names, "name"),
                index);
    }

    private static @Nullable String scalar(Mapping mapping, String field) {
        Field found = mapping.fields().get(field);
        return found != null && found.value() instanceof Scalar scalar && !scalar.isNull() ? scalar.text() : null;
    }
}

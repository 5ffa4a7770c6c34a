package dev.hashlb.agent.config;

import java.util.List;
import java.util.Map;

/** A YAML value with the line where it stands, counted from 1. */
sealed interface YamlNode {
    int line();

    /** What a scalar is by YAML's rules for plain scalars; quoted ones are {@code TEXT}. */
    enum Kind {
        TEXT("a text"),
        NUMBER("a number"),
        BOOLEAN("true or false"),
        NULL("empty"),
        ALIAS("an alias");

        private final String description;

        Kind(String description) {
            this.description = description;
        }
    }

    record Scalar(int line, Kind kind, String text) implements YamlNode {
        boolean isNull() {
            return kind == Kind.NULL;
        }
    }

    record Sequence(int line, List<YamlNode> items) implements YamlNode {}

    /**
     * @param fields in the order of the document
     * @param repeated keys that stand there more than once; their first value is in {@code fields}
     */
    record Mapping(int line, Map<String, Field> fields, List<Field> repeated) implements YamlNode {}

    /** @param line where the key stands */
    record Field(String name, int line, YamlNode value) {}

    /** For messages: what the value is. */
    default String description() {
        return switch (this) {
            case Scalar scalar -> scalar.kind.description;
            case Sequence s -> "a list";
            case Mapping m -> "a mapping";
        };
    }
}

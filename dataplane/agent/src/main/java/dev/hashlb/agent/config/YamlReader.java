package dev.hashlb.agent.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.hashlb.agent.config.YamlNode.Field;
import dev.hashlb.agent.config.YamlNode.Kind;
import dev.hashlb.agent.config.YamlNode.Mapping;
import dev.hashlb.agent.config.YamlNode.Scalar;
import dev.hashlb.agent.config.YamlNode.Sequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * Reads a stream of YAML documents with the lines where things stand, which Jackson's own trees forget. Anchors are read,
 * aliases are not: a document of ours never needs them, and they can make a small file huge.
 */
final class YamlReader {
    private static final int LONGEST_CODE_POINTS = 64 << 20;
    private static final YAMLFactory FACTORY = YAMLFactory.builder()
            .loaderOptions(options())
            .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
            .build();
    private static final int MOST_LEVELS = 32;

    private final YAMLParser parser;

    private YamlReader(YAMLParser parser) {
        this.parser = parser;
    }

    /** A file that is not YAML; the message says where and why. */
    static final class SyntaxException extends Exception {
        private final int line;
        private final String problem;

        SyntaxException(int line, String problem) {
            super(problem);
            this.line = line;
            this.problem = problem;
        }

        /** What is wrong, as the sentence's verb. */
        String problem() {
            return problem;
        }

        /** Counted from 1; 0 if it is not known. */
        int line() {
            return line;
        }
    }

    /** @return the documents; an empty one is a null scalar */
    static List<YamlNode> read(String text) throws SyntaxException {
        try (YAMLParser parser = FACTORY.createParser(text)) {
            YamlReader reader = new YamlReader(parser);
            List<YamlNode> documents = new ArrayList<>();
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                documents.add(reader.node(token, 0));
            }
            return documents;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new SyntaxException(at == null ? 0 : at.getLineNr(), message(e.getOriginalMessage(), at));
        } catch (IOException | RuntimeException e) {
            // The parser beneath Jackson lets some of its own exceptions through; a text in memory has no I/O of its
            // own.
            throw new SyntaxException(0, message(String.valueOf(e.getMessage()), null));
        }
    }

    private static LoaderOptions options() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(
                LONGEST_CODE_POINTS); // its own limit of 3 MiB is less than a large site's list of servers
        return options;
    }

    private YamlNode node(JsonToken token, int level) throws IOException, SyntaxException {
        int line = line();
        if (level > MOST_LEVELS) {
            throw new SyntaxException(line, "is nested more than " + MOST_LEVELS + " levels deep");
        }
        return switch (token) {
            case START_OBJECT -> mapping(line, level);
            case START_ARRAY -> {
                List<YamlNode> items = new ArrayList<>();
                for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
                    items.add(node(t, level + 1));
                }
                yield new Sequence(line, items);
            }
            default -> new Scalar(line, kind(token), String.valueOf(parser.getText()));
        };
    }

    private Mapping mapping(int line, int level) throws IOException, SyntaxException {
        Map<String, Field> fields = new LinkedHashMap<>();
        List<Field> repeated = new ArrayList<>();
        for (JsonToken t = parser.nextToken(); t != JsonToken.END_OBJECT; t = parser.nextToken()) {
            String name = parser.currentName();
            int keyLine = line();
            Field field = new Field(name, keyLine, node(parser.nextToken(), level + 1));
            if (fields.putIfAbsent(name, field) != null) {
                repeated.add(field);
            }
        }
        return new Mapping(line, fields, repeated);
    }

    private Kind kind(JsonToken token) throws IOException {
        if (parser.isCurrentAlias()) {
            return Kind.ALIAS;
        }
        return switch (token) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Kind.NUMBER;
            case VALUE_TRUE, VALUE_FALSE -> Kind.BOOLEAN;
            case VALUE_NULL -> Kind.NULL;
            default -> Kind.TEXT;
        };
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    /** The parser's message in one line; its own excerpt of the text and its positions in it would only repeat ours. */
    private static String message(String original, @Nullable JsonLocation at) {
        String text = original.lines()
                .map(String::strip)
                .filter(l -> !l.startsWith("in 'reader'") && !l.startsWith("in reader") && !l.startsWith("^"))
                .limit(2)
                .reduce((a, b) -> a + ", " + b)
                .orElse("");
        return "is not YAML" + (at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")")
                + ": " + text;
    }
}

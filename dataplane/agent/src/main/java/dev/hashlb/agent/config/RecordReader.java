package dev.hashlb.agent.config;

import dev.hashlb.agent.config.YamlNode.Field;
import dev.hashlb.agent.config.YamlNode.Kind;
import dev.hashlb.agent.config.YamlNode.Mapping;
import dev.hashlb.agent.config.YamlNode.Scalar;
import dev.hashlb.agent.config.YamlNode.Sequence;
import dev.hashlb.core.declare.Findings;
import dev.hashlb.core.declare.Place;
import dev.hashlb.core.declare.Spelling;
import dev.hashlb.core.declare.TargetPort;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Fills the records of {@code core.declare} from YAML, strictly: unknown fields and wrong types are told, all of them, and
 * come out as null. It knows texts, whole numbers, truth values, lists, mappings of texts, records and {@link TargetPort}.
 */
final class RecordReader {
    private static final String WHOLE_NUMBER = "-?(0|[1-9]\\d{0,17})";

    private final Findings findings;
    private final Lines lines;

    RecordReader(Findings findings, Lines lines) {
        this.findings = findings;
        this.lines = lines;
    }

    /** @param passedOver fields that may stand there and are nobody's concern */
    <T extends Record> T read(Mapping mapping, Class<T> type, Place place, Set<String> passedOver) {
        RecordComponent[] components = type.getRecordComponents();
        List<String> names = new ArrayList<>();
        Class<?>[] types = new Class<?>[components.length];
        @Nullable Object[] values = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = fieldName(components[i]);
            names.add(name);
            types[i] = components[i].getType();
            Field field = mapping.fields().get(name);
            if (field != null) {
                lines.put(place.field(name), field.line());
                values[i] = value(field.value(), components[i].getGenericType(), place.field(name));
            }
        }
        for (Field field : mapping.fields().values()) {
            if (!names.contains(field.name()) && !passedOver.contains(field.name())) {
                lines.put(place.field(field.name()), field.line());
                findings.mistake(
                        place.field(field.name()), null, "is not a known field", Spelling.remedy(field.name(), names));
            }
        }
        for (Field field : mapping.repeated()) {
            findings.mistake(place.field(field.name()), null, "stands there twice", "leave one of them out");
        }
        try {
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the canonical constructor of " + type + " takes its components", e);
        }
    }

    /** Java's keywords get an underscore that the documents do not have. */
    private static String fieldName(RecordComponent component) {
        String name = component.getName();
        return name.endsWith("_") ? name.substring(0, name.length() - 1) : name;
    }

    private @Nullable Object value(YamlNode node, Type type, Place place) {
        if (node instanceof Scalar scalar) {
            if (scalar.isNull()) {
                return null;
            }
            if (scalar.kind() == Kind.ALIAS) {
                findings.mistake(place, null, "is an alias, which is not read", "write the value out");
                return null;
            }
        }
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == List.class
                    ? list(node, generic.getActualTypeArguments()[0], place)
                    : texts(node, place);
        }
        if (type == String.class) {
            return text(node, place);
        }
        if (type == Long.class) {
            return number(node, place);
        }
        if (type == Boolean.class) {
            return truth(node, place);
        }
        if (type == TargetPort.class) {
            return targetPort(node, place);
        }
        if (node instanceof Mapping mapping) {
            return read(mapping, ((Class<?>) type).asSubclass(Record.class), place, DocumentReader.passedOver(type));
        }
        return wrong(node, place, "expected a mapping, {FIELD: VALUE, ...}");
    }

    private @Nullable List<@Nullable Object> list(YamlNode node, Type itemType, Place place) {
        if (!(node instanceof Sequence sequence)) {
            wrong(node, place, "expected a list, [ITEM, ...]");
            return null;
        }
        List<@Nullable Object> items = new ArrayList<>();
        for (YamlNode item : sequence.items()) {
            Place at = place.item(items.size());
            lines.put(at, item.line());
            items.add(value(item, itemType, at));
        }
        return items;
    }

    private @Nullable Map<String, String> texts(YamlNode node, Place place) {
        if (!(node instanceof Mapping mapping)) {
            wrong(node, place, "expected a mapping, {NAME: TEXT, ...}");
            return null;
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (Field field : mapping.fields().values()) {
            String text = text(field.value(), place.field(field.name()));
            if (text != null) {
                texts.put(field.name(), text);
            }
        }
        return texts;
    }

    private @Nullable String text(YamlNode node, Place place) {
        if (node instanceof Scalar scalar && scalar.kind() == Kind.TEXT) {
            return scalar.text();
        }
        wrong(node, place, node instanceof Scalar ? "put it in quotes" : "expected a text");
        return null;
    }

    private @Nullable Long number(YamlNode node, Place place) {
        if (node instanceof Scalar scalar && scalar.text().matches(WHOLE_NUMBER)) {
            if (scalar.kind() == Kind.NUMBER) {
                return Long.parseLong(scalar.text());
            }
            wrong(node, place, "write the number without quotes");
            return null;
        }
        boolean number = node instanceof Scalar scalar && scalar.kind() == Kind.NUMBER;
        if (number) {
            findings.mistake(
                    place, ((Scalar) node).text(), "is not a whole number in decimal digits", "write one such as 80");
        } else {
            wrong(node, place, "expected a whole number");
        }
        return null;
    }

    private @Nullable Boolean truth(YamlNode node, Place place) {
        if (node instanceof Scalar scalar && scalar.kind() == Kind.BOOLEAN) {
            return Boolean.parseBoolean(scalar.text());
        }
        wrong(node, place, "write true or false");
        return null;
    }

    private @Nullable TargetPort targetPort(YamlNode node, Place place) {
        if (node instanceof Scalar scalar && scalar.kind() == Kind.TEXT) {
            return new TargetPort.Named(scalar.text());
        }
        Long number = number(node, place);
        return number == null ? null : new TargetPort.Numbered(number);
    }

    private @Nullable Object wrong(YamlNode node, Place place, String remedy) {
        findings.mistake(
                place, node instanceof Scalar scalar ? scalar.text() : null, "is " + node.description(), remedy);
        return null;
    }
}

package dev.hashlb.crds.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.declare.Choices;
import dev.hashlb.core.declare.Defaults;
import dev.hashlb.core.declare.HashLoadBalancer;
import dev.hashlb.core.declare.TargetPort;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The document that {@code hashlb run} reads and the one of Kubernetes are one and the same. */
class SameAsDeclaredTest {
    /** Where words are chosen from: whatever core knows, the schema must list. */
    private static final Map<String, Map<String, ?>> CHOICES = Map.of(
            "ports[].protocol", Choices.PROTOCOL,
            "ports[].delivery", Choices.DELIVERY,
            "hash.fields", Choices.FIELDS,
            "hash.table", Choices.TABLE,
            "ingress.mode", Choices.INGRESS,
            "ingress.fields", Choices.FIELDS,
            "ingress.table", Choices.TABLE,
            "return.mode", Choices.RETURN,
            "undeclaredPorts", Choices.UNDECLARED_PORTS);

    /** An object whose fields have defaults gets the empty one. What goes by other fields has none in a schema. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "ports[].protocol", quoted(Choices.word(Choices.PROTOCOL, Defaults.PROTOCOL)),
            "hash", "{}",
            "hash.fields", quoted(Choices.word(Choices.FIELDS, Defaults.HASH.fields())),
            "hash.table", quoted(Choices.word(Choices.TABLE, Defaults.HASH.table())),
            "hash.buckets", String.valueOf(Defaults.HASH.buckets()),
            "ingress", "{}",
            "ingress.mode", quoted(Choices.word(Choices.INGRESS, Defaults.INGRESS.mode())),
            "return", "{}",
            "return.mode", quoted(Choices.word(Choices.RETURN, Defaults.REPLY.mode())),
            "undeclaredPorts", quoted(Choices.word(Choices.UNDECLARED_PORTS, Defaults.UNDECLARED_PORTS)));

    private static final Map<String, String> MORE_DEFAULTS = Map.of(
            "ping",
            String.valueOf(Defaults.PING),
            "sourceRanges",
            Defaults.SOURCE_RANGES.stream()
                    .map(Cidr::toString)
                    .map(SameAsDeclaredTest::quoted)
                    .collect(Collectors.joining(",", "[", "]")));

    private final Map<String, Type> declared = new LinkedHashMap<>();
    private final Map<String, JSONSchemaProps> inSchema = new LinkedHashMap<>();

    SameAsDeclaredTest() {
        collect("", HashLoadBalancer.Spec.class);
        String yaml = GeneratedCrds.generate().get("hashloadbalancers.hashlb.dev");
        JSONSchemaProps root = new KubernetesSerialization()
                .unmarshal(yaml, CustomResourceDefinition.class)
                .getSpec()
                .getVersions()
                .getFirst()
                .getSchema()
                .getOpenAPIV3Schema();
        collect("", root.getProperties().get("spec"));
    }

    @Test
    void bothHaveTheSameFields() {
        assertThat(declared).isNotEmpty();
        assertThat(inSchema.keySet()).containsExactlyInAnyOrderElementsOf(declared.keySet());
    }

    @Test
    void bothTakeTheSameKindsOfValues() {
        assertThat(inSchema)
                .allSatisfy((path, schema) -> assertThat(kind(schema)).as(path).isEqualTo(kind(declared.get(path))));
    }

    @Test
    void bothKnowTheSameWords() {
        assertThat(inSchema).allSatisfy((path, schema) -> {
            List<String> words = Optional.ofNullable(schema.getEnum()).orElse(List.of()).stream()
                    .map(JsonNode::textValue)
                    .toList();
            assertThat(words)
                    .as(path)
                    .containsExactlyInAnyOrderElementsOf(
                            CHOICES.containsKey(path) ? CHOICES.get(path).keySet() : List.of());
        });
    }

    @Test
    void bothHaveTheSameDefaults() {
        Map<String, String> expected = new LinkedHashMap<>(DEFAULTS);
        expected.putAll(MORE_DEFAULTS);
        Map<String, String> found = new LinkedHashMap<>();
        inSchema.forEach((path, schema) -> {
            if (schema.getDefault() != null) {
                found.put(path, schema.getDefault().toString());
            }
        });
        assertThat(found).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @Test
    void everyFieldIsDescribed() {
        assertThat(inSchema)
                .allSatisfy((path, schema) ->
                        assertThat(schema.getDescription()).as(path).isNotBlank());
    }

    private void collect(String prefix, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            String path = prefix + component.getName().replaceFirst("_$", "");
            declared.put(path, component.getGenericType());
            if (component.getType().isRecord()) {
                collect(path + ".", component.getType());
            } else if (component.getGenericType() instanceof ParameterizedType list
                    && component.getType() == List.class
                    && list.getActualTypeArguments()[0] instanceof Class<?> item
                    && item.isRecord()) {
                collect(path + "[].", item);
            }
        }
    }

    private void collect(String prefix, JSONSchemaProps schema) {
        schema.getProperties().forEach((name, property) -> {
            inSchema.put(prefix + name, property);
            collect(prefix + name + ".", property);
            if (property.getItems() != null) {
                collect(prefix + name + "[].", property.getItems().getSchema());
            }
        });
    }

    private static String kind(JSONSchemaProps schema) {
        return Boolean.TRUE.equals(schema.getXKubernetesIntOrString()) ? "int-or-string" : schema.getType();
    }

    private static String kind(Type type) {
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == List.class ? "array" : "object";
        }
        if (type == TargetPort.class) {
            return "int-or-string";
        }
        if (type == Boolean.class) {
            return "boolean";
        }
        return type == Long.class ? "integer" : type == String.class ? "string" : "object";
    }

    private static String quoted(String word) {
        return '"' + word + '"';
    }
}

package dev.hashlb.crds.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The CRDs as the generator makes them from the classes, in memory. */
final class GeneratedCrds {
    private GeneratedCrds() {}

    /** YAML by the CRD's name. */
    static Map<String, String> generate() {
        Memory memory = new Memory();
        new CRDGenerator()
                .customResourceClasses(HashLoadBalancer.class, HashNode.class)
                .forCRDVersions("v1")
                .withMinQuotes(true)
                .withPostProcessor(new Finish())
                .withOutput(memory)
                .generate();
        return memory.written.entrySet().stream()
                .collect(Collectors.toMap(
                        e -> e.getKey().replaceFirst("-v1$", ""),
                        e -> e.getValue().toString(StandardCharsets.UTF_8)));
    }

    /** What no annotation can say. */
    private static final class Finish implements CRDPostProcessor {
        @Override
        public HasMetadata process(HasMetadata generated, String version) {
            CustomResourceDefinition crd = (CustomResourceDefinition) generated;
            boolean balancer = crd.getSpec().getNames().getKind().equals("HashLoadBalancer");
            List<String> columns = Arrays.stream((balancer ? HashLoadBalancer.class : HashNode.class)
                            .getAnnotationsByType(AdditionalPrinterColumn.class))
                    .map(AdditionalPrinterColumn::name)
                    .toList();
            for (CustomResourceDefinitionVersion each : crd.getSpec().getVersions()) {
                // The generator sorts them by path; people read them in the order of the annotations.
                List<CustomResourceColumnDefinition> ordered = new ArrayList<>(each.getAdditionalPrinterColumns());
                ordered.sort(Comparator.comparingInt(c -> columns.indexOf(c.getName())));
                each.setAdditionalPrinterColumns(ordered);
                JSONSchemaProps root = each.getSchema().getOpenAPIV3Schema();
                if (balancer) {
                    describe(
                            root,
                            "A load balancer: its addresses are captured on every node, and each of their flows goes to the server that is calculated from it.",
                            Map.of(
                                    "spec",
                                    "What is balanced, and how.",
                                    "status",
                                    "What the operator made of it, and how many nodes forward by it."));
                    root.setRequired(List.of("spec"));
                } else {
                    describe(
                            root,
                            "What the data plane of the node of the same name does; written by the operator.",
                            Map.of("status", "What it said last."));
                    root.getProperties().remove("spec");
                    // They come and go whole: of a granular object whose last field an applier lets go, null would be
                    // left, which is not valid.
                    Map<String, JSONSchemaProps> status =
                            root.getProperties().get("status").getProperties();
                    List.of("counters", "lastError")
                            .forEach(name -> status.get(name).setXKubernetesMapType("atomic"));
                }
            }
            return crd;
        }
    }

    /** For {@code kubectl explain}: fields that the base class declares can have no annotation. */
    private static void describe(JSONSchemaProps root, String description, Map<String, String> properties) {
        root.setDescription(description);
        properties.forEach((name, text) -> root.getProperties().get(name).setDescription(text));
    }

    private static final class Memory implements CRDGenerator.CRDOutput<OutputStream> {
        private final Map<String, ByteArrayOutputStream> written = new LinkedHashMap<>();

        @Override
        public OutputStream outputFor(String crdName) {
            return written.computeIfAbsent(crdName, n -> new ByteArrayOutputStream());
        }

        @Override
        public URI crdURI(String crdName) {
            // Only told to the caller, but the generator wants one of a file.
            return URI.create("file:///" + crdName);
        }

        @Override
        public void close() {
            // Nothing is held open.
        }
    }
}

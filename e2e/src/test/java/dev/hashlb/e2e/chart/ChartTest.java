package dev.hashlb.e2e.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart as Helm sees it: golden files, the schema, and what no rendering may have. */
class ChartTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path CHART = ROOT.resolve("charts/hashlb");
    private static final Path GOLDEN = Path.of("src/test/resources/dev/hashlb/e2e/chart");
    private static final YAMLMapper YAML = new YAMLMapper();

    private static final Pattern METRIC = Pattern.compile("hashlb_[a-z0-9_]+");

    @TempDir
    private Path folder;

    @Test
    void lintsWithoutAComplaint() {
        LintResult result = new Helm(CHART).lint().strict().quiet().call();
        assertThat(result.isFailed())
                .as(String.join("\n", result.getMessages()))
                .isFalse();
    }

    /** To accept a change: {@code mvn -pl e2e -am -Dtest=ChartTest -Dgolden.update=true ...}, then read the diff. */
    @ParameterizedTest
    @CsvSource({"default, 1.33.0", "everything, 1.29.0"})
    void rendersAsChecked(String which, String kubernetes) throws IOException {
        String rendered = render(GOLDEN.resolve(which + ".values.yaml"), kubernetes);
        Path golden = GOLDEN.resolve(which + ".yaml");
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(golden, rendered);
        }
        assertThat(rendered).isEqualTo(Files.readString(golden));
    }

    @ParameterizedTest
    @CsvSource({"default, 1.33.0", "everything, 1.29.0"})
    void nothingIsPrivilegedOrWritableAndOnlyTheDataPlaneIsOnTheHostNetwork(String which, String kubernetes)
            throws IOException {
        for (JsonNode object : objects(render(GOLDEN.resolve(which + ".values.yaml"), kubernetes))) {
            JsonNode pod =
                    object.path("kind").asText().equals("Pod") ? object.path("spec") : object.at("/spec/template/spec");
            if (pod.isMissingNode()) {
                continue;
            }
            String name = object.at("/metadata/name").asText();
            assertThat(pod.path("hostNetwork").asBoolean()).as(name).isEqualTo(name.equals("hashlb-dataplane"));
            for (JsonNode container : pod.path("containers")) {
                JsonNode context = container.path("securityContext");
                assertThat(context.path("privileged").asBoolean()).as(name).isFalse();
                assertThat(context.path("readOnlyRootFilesystem").asBoolean())
                        .as(name)
                        .isTrue();
                assertThat(context.at("/capabilities/drop/0").asText()).as(name).isEqualTo("ALL");
            }
        }
    }

    /** That docs/metrics.md has those of the code, and no others, is tested where the code is. */
    @ParameterizedTest
    @ValueSource(strings = {"dashboards/hashlb.json", "templates/monitoring/prometheusrule.yaml"})
    void dashboardAndAlertsAskForMetricsThatThereAre(String file) throws IOException {
        Set<String> asked = metrics(CHART.resolve(file));
        assertThat(asked).hasSizeGreaterThan(5);
        assertThat(metrics(ROOT.resolve("docs/metrics.md"))).containsAll(asked);
    }

    private static Set<String> metrics(Path file) throws IOException {
        return METRIC.matcher(Files.readString(file))
                .results()
                .map(found -> found.group().replaceFirst("_(bucket|count|sum)$", ""))
                .collect(Collectors.toSet());
    }

    @Test
    void theDataPlanesAccountMayDoNothing() throws IOException {
        for (JsonNode object : objects(render(GOLDEN.resolve("default.values.yaml"), "1.33.0"))) {
            assertThat(object.path("subjects").findValuesAsText("name")).doesNotContain("hashlb-dataplane");
        }
    }

    @Test
    void noRightIsGivenByAWildcard() throws IOException {
        for (JsonNode object : objects(render(GOLDEN.resolve("everything.values.yaml"), "1.33.0"))) {
            assertThat(object.path("rules").toString()).doesNotContain("\"*\"");
        }
    }

    @Test
    void theCrdsAreTheOnesOfTheApi() throws IOException {
        String shown = new Helm(CHART).show().crds().call();
        for (String name : List.of("hashloadbalancers", "hashnodes")) {
            assertThat(shown)
                    .contains(Files.readString(
                            ROOT.resolve("crds/src/main/resources/crds/" + name + ".hashlb.dev.yaml")));
        }
        try (Stream<Path> checkedIn = Files.list(ROOT.resolve("crds/src/main/resources/crds"));
                Stream<Path> linked = Files.list(CHART.resolve("crds"))) {
            assertThat(linked.map(each -> each.getFileName().toString()).toList())
                    .containsExactlyInAnyOrderElementsOf(
                            checkedIn.map(each -> each.getFileName().toString()).toList());
        }
    }

    @Test
    void theImagesTagIsTheProjectsVersion() throws IOException {
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        String version = pom.replaceAll("(?s).*?<artifactId>hashlb</artifactId>\\s*<version>([^<]*)</version>.*", "$1");
        assertThat(YAML.readTree(CHART.resolve("Chart.yaml").toFile())
                        .path("appVersion")
                        .asText())
                .isEqualTo(version);
    }

    @Test
    void theSchemaDescribesEachValueAndNoOther() throws IOException {
        JsonNode schema =
                new ObjectMapper().readTree(CHART.resolve("values.schema.json").toFile());
        JsonNode values = YAML.readTree(CHART.resolve("values.yaml").toFile());
        List<String> undescribed = new ArrayList<>();
        Set<String> declared = new TreeSet<>();
        walkSchema(schema, "", declared, undescribed);
        declared.remove("global");
        Set<String> given = new TreeSet<>();
        walkValues(values, schema, "", given);

        assertThat(undescribed).isEmpty();
        assertThat(given).isEqualTo(declared);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "operatr: {replicas: 2}",
                "operator: {replica: 2}",
                "operator: {replicas: 0}",
                "operator: {logLevel: loud}",
                "allowedAddresses: [{namespaces: [], cidrs: [198.51.100.0/24]}]",
                "allowedAddresses: [{namespaces: [shop], cidrs: [198.51.100.1]}]",
                "allowedAddresses: [{cidrs: [198.51.100.0/24]}]",
                "dataPlane: {maxUnavailable: 0}",
                "dataPlane: {metricsAddress: localhost:9471}",
                "dataPlane: {appArmorProfile: {type: unconfined}}",
                "images: {dataPlane: {repository: x, digest: abc}}",
            })
    void aWrongValueIsRefused(String values) throws IOException {
        Path file = Files.writeString(folder.resolve("values.yaml"), values);
        assertThatThrownBy(() -> render(file, "1.33.0")).hasMessageContaining("values don't meet the specifications");
    }

    @Test
    void anOlderKubernetesIsRefused() {
        assertThatThrownBy(() -> render(GOLDEN.resolve("default.values.yaml"), "1.28.0"))
                .hasMessageContaining(">=1.29");
    }

    private static String render(Path values, String kubernetes) {
        return new Helm(CHART)
                .template()
                .withName("hashlb")
                .withNamespace("hashlb-system")
                .withKubeVersion(kubernetes)
                .withValuesFile(values)
                .skipCrds()
                .call();
    }

    private static List<JsonNode> objects(String rendered) throws IOException {
        try (var parser = YAML.getFactory().createParser(rendered);
                var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(parser)) {
            return documents.readAll();
        }
    }

    private static void walkSchema(JsonNode schema, String path, Set<String> leaves, List<String> undescribed) {
        if (!path.isEmpty() && schema.path("description").asText().isBlank()) {
            undescribed.add(path);
        }
        JsonNode properties = schema.path("properties");
        if (properties.isMissingNode()) {
            leaves.add(path);
        }
        for (Map.Entry<String, JsonNode> each : properties.properties()) {
            walkSchema(
                    each.getValue(), path.isEmpty() ? each.getKey() : path + "." + each.getKey(), leaves, undescribed);
        }
        JsonNode items = schema.path("items");
        if (items.isObject() && items.has("properties")) {
            walkSchema(items, path + "[]", new TreeSet<>(), undescribed);
        }
    }

    /** The values' paths, as deep as the schema names them. */
    private static void walkValues(JsonNode value, JsonNode schema, String path, Set<String> leaves) {
        JsonNode properties = schema.path("properties");
        if (properties.isMissingNode()) {
            leaves.add(path);
            return;
        }
        for (Map.Entry<String, JsonNode> each : value.properties()) {
            walkValues(
                    each.getValue(),
                    properties.path(each.getKey()),
                    path.isEmpty() ? each.getKey() : path + "." + each.getKey(),
                    leaves);
        }
    }
}

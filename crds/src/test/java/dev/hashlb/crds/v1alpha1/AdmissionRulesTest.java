package dev.hashlb.crds.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelException;
import dev.cel.common.types.SimpleType;
import dev.cel.parser.CelStandardMacro;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the CEL rules of the CRD refuse. They are evaluated by CEL's Java implementation on untyped values; the types and the cost
 * budget, which an API server checks when the CRD is applied, are not seen here.
 */
class AdmissionRulesTest {
    private static final Cel CEL = CelFactory.standardCelBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("self", SimpleType.DYN)
            .addVar("oldSelf", SimpleType.DYN)
            .build();

    private static final Map<String, Object> GOOD = Map.of(
            "addresses", List.of("198.51.100.10", "2001:db8:51::10"),
            "ports", List.of(port(80, 8080), port(443, "https"), Map.of("protocol", "UDP", "port", 80L)),
            "serviceName", "web",
            "hash", Map.of("fields", "FiveTuple", "table", "Stable", "buckets", 16381L));

    private final JSONSchemaProps schema = new KubernetesSerialization()
            .unmarshal(GeneratedCrds.generate().get("hashloadbalancers.hashlb.dev"), CustomResourceDefinition.class)
            .getSpec()
            .getVersions()
            .getFirst()
            .getSchema()
            .getOpenAPIV3Schema()
            .getProperties()
            .get("spec");

    @Test
    void aGoodBalancerIsAdmittedAndMayStayAsItIs() {
        assertThat(refusals(GOOD, GOOD)).isEmpty();
    }

    @Test
    void exactlyOneOfServiceNameAndSelectorIsNeeded() {
        assertThat(refusals(with("selector", Map.of("app", "web")), GOOD))
                .singleElement()
                .asString()
                .contains("exactly one");
        Map<String, Object> neither = new LinkedHashMap<>(GOOD);
        neither.remove("serviceName");
        assertThat(refusals(neither, GOOD)).singleElement().asString().contains("exactly one");
        neither.put("selector", Map.of("app", "web"));
        assertThat(refusals(neither, GOOD)).isEmpty();
    }

    @Test
    void addressesMayChangeButTheirFamiliesMayNot() {
        assertThat(refusals(with("addresses", List.of("2001:db8::1", "192.0.2.1", "192.0.2.2")), GOOD))
                .isEmpty();
        assertThat(refusals(with("addresses", List.of("198.51.100.10")), GOOD))
                .singleElement()
                .asString()
                .contains("keep their families");
    }

    @Test
    void anAddressTwiceIsRefused() {
        assertThat(refusals(with("addresses", List.of("192.0.2.1", "2001:db8::1", "192.0.2.1")), GOOD))
                .singleElement()
                .asString()
                .contains("addresses has one twice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.1",
                "127.0.0.1",
                "169.254.1.1",
                "224.0.0.1",
                "239.1.1.1",
                "255.255.255.255",
                "::",
                "::1",
                "FE80::1",
                "ff02::1"
            })
    void addressesThatNobodyCanRouteToAreRefused(String address) {
        String other = address.contains(":") ? "192.0.2.1" : "2001:db8::1";
        assertThat(refusals(with("addresses", List.of(address, other)), GOOD))
                .singleElement()
                .asString()
                .contains("clients can route to");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "12.7.0.1", "100.64.0.1", "169.25.4.1", "223.255.255.254", "22.4.0.1"})
    void ordinaryAddressesAreAdmitted(String address) {
        assertThat(refusals(with("addresses", List.of(address, "fd00::1")), GOOD))
                .isEmpty();
    }

    @Test
    void aPortTwiceForOneProtocolIsRefused() {
        assertThat(refusals(with("ports", List.of(port(80, 8080), port(80, 8081))), GOOD))
                .singleElement()
                .asString()
                .contains("port twice");
    }

    @Test
    void aPortThatIsAnothersTargetIsRefused() {
        Map<String, Object> untranslated = Map.of("protocol", "TCP", "port", 8080L);
        assertThat(refusals(with("ports", List.of(port(80, 8080), untranslated)), GOOD))
                .singleElement()
                .asString()
                .contains("one-to-one");
        assertThat(refusals(with("ports", List.of(port(80, "http"), untranslated)), GOOD))
                .isEmpty();
    }

    @Test
    void aPortNameTwiceIsRefused() {
        List<Object> ports = List.of(
                Map.of("name", "a", "protocol", "TCP", "port", 1L), Map.of("name", "a", "protocol", "TCP", "port", 2L));
        assertThat(refusals(with("ports", ports), GOOD))
                .singleElement()
                .asString()
                .contains("name twice");
    }

    @Test
    void hashCannotBeChanged() {
        assertThat(refusals(with("hash", Map.of("fields", "FiveTuple", "table", "Stable", "buckets", 4093L)), GOOD))
                .singleElement()
                .asString()
                .contains("immutable");
    }

    @Test
    void bucketsAreOneOfThePrimes() {
        Map<String, Object> composite =
                with("hash", Map.of("fields", "FiveTuple", "table", "Stable", "buckets", 16384L));
        assertThat(refusals(composite, composite)).singleElement().asString().contains("primes");
    }

    private static Map<String, Object> port(long port, Object targetPort) {
        Object target = targetPort instanceof Integer number ? Long.valueOf(number) : targetPort;
        return Map.of("protocol", "TCP", "port", port, "targetPort", target);
    }

    private static Map<String, Object> with(String field, Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(GOOD);
        changed.put(field, value);
        return changed;
    }

    private List<String> refusals(Map<String, Object> spec, Map<String, Object> old) {
        List<String> refusals = new ArrayList<>(refusals(schema, spec, old));
        refusals.addAll(refusals(schema.getProperties().get("hash"), spec.get("hash"), old.get("hash")));
        return refusals;
    }

    private static List<String> refusals(JSONSchemaProps schema, Object self, Object oldSelf) {
        List<String> refusals = new ArrayList<>();
        assertThat(schema.getXKubernetesValidations()).isNotEmpty();
        for (ValidationRule rule : schema.getXKubernetesValidations()) {
            try {
                Object answer = CEL.createProgram(CEL.compile(rule.getRule()).getAst())
                        .eval(Map.of("self", self, "oldSelf", oldSelf));
                if (!answer.equals(true)) {
                    refusals.add(rule.getMessage());
                }
            } catch (CelException e) {
                throw new AssertionError(rule.getRule() + ": " + e.getMessage(), e);
            }
        }
        return refusals;
    }
}

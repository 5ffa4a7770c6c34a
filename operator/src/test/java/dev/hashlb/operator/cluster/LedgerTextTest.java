package dev.hashlb.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import dev.hashlb.operator.model.Ledger;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTextTest {
    private static final HashLoadBalancerSpec SPEC = new HashLoadBalancerSpec(
            List.of("198.51.100.10"),
            List.of(new HashLoadBalancerSpec.Port(
                    "http",
                    HashLoadBalancerSpec.Protocol.TCP,
                    80,
                    new IntOrString("web"),
                    HashLoadBalancerSpec.Delivery.NAT)),
            null,
            Map.of("app", "web"),
            new HashLoadBalancerSpec.Hash(
                    HashLoadBalancerSpec.HashFields.SOURCE_AND_SERVICE, HashLoadBalancerSpec.TableKind.STABLE, 1021),
            null,
            new HashLoadBalancerSpec.Return(HashLoadBalancerSpec.ReturnMode.NODE, null),
            List.of("0.0.0.0/0"),
            false,
            HashLoadBalancerSpec.UndeclaredPorts.DROP);

    @Test
    void whatIsWrittenIsRead() {
        TreeMap<String, List<Interval>> servers = new TreeMap<>();
        servers.put("a", List.of(new Interval(3, 1, OptionalLong.of(4)), Interval.open(1, 7)));
        servers.put("b", List.of(new Interval(256, 2, OptionalLong.of(Long.MAX_VALUE / 16))));
        Ledger.Entry entry = new Ledger.Entry("uid", 12, SPEC, servers);
        assertThat(LedgerText.read(LedgerText.write(entry))).isEqualTo(entry);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"uid\":\"u\",\"generation\":0,\"accepted\":{},\"servers\":{}}",
                "{\"uid\":\"u\",\"generation\":1,\"accepted\":{},\"servers\":{\"a\":\"1:5-2\"}}",
                "{\"uid\":\"u\",\"generation\":1,\"accepted\":{},\"servers\":{\"a\":\"\"}}"
            })
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> LedgerText.read(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void mostServersWithMostIntervalsFitIntoOneObject() {
        TreeMap<String, List<Interval>> servers = new TreeMap<>();
        for (int i = 0; i < 4000; i++) {
            List<Interval> intervals = new ArrayList<>();
            for (int k = 0; k < 8; k++) {
                intervals.add(new Interval(1, 100_000_000 + 2L * k, OptionalLong.of(100_000_001 + 2L * k)));
            }
            servers.put("00000000-0000-4000-8000-%012d".formatted(i), intervals);
        }
        assertThat(LedgerText.write(new Ledger.Entry("uid", 100_000_020, SPEC, servers)))
                .hasSizeLessThan(1_000_000);
    }
}

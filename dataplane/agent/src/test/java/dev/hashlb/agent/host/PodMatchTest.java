package dev.hashlb.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.agent.host.NamespaceScan.Found;
import dev.hashlb.agent.host.PodMatch.Result;
import dev.hashlb.core.address.IpAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class PodMatchTest {
    private static final Set<IpAddress> NODE = addresses("10.9.0.1");

    private static Set<IpAddress> addresses(String... literals) {
        return Stream.of(literals).map(IpAddress::parse).collect(Collectors.toSet());
    }

    private static List<IpAddress> list(String... literals) {
        return Stream.of(literals).map(IpAddress::parse).toList();
    }

    private static Found namespace(String name, String... literals) {
        return new Found(Path.of("/run/netns", name), "key-" + name, addresses(literals));
    }

    private static void assertIn(Result result, Found namespace) {
        assertThat(result).isEqualTo(new Result.In(namespace));
    }

    private static void assertNowhere(Result result, boolean ambiguous, String part) {
        assertThat(result).isInstanceOfSatisfying(Result.Nowhere.class, n -> {
            assertThat(n.ambiguous()).isEqualTo(ambiguous);
            assertThat(n.reason()).contains(part);
        });
    }

    @Test
    void podIsWhereAllOfItsAddressesAreUp() {
        Found one = namespace("one", "10.1.1.1", "fd00::1");
        Found two = namespace("two", "10.1.1.2", "fd00::2");
        Map<String, Result> results = PodMatch.match(
                Map.of("a", list("10.1.1.1", "fd00::1"), "b", list("fd00::2"), "c", list("10.1.1.1", "fd00::2")),
                Map.of(),
                List.of(one, two),
                NODE);
        assertIn(results.get("a"), one);
        assertIn(results.get("b"), two);
        assertNowhere(results.get("c"), false, "10.1.1.1 and fd00::2");
    }

    @Test
    void twoCandidatesAreRefused() {
        List<Found> namespaces = List.of(namespace("one", "10.1.1.1"), namespace("two", "10.1.1.1"));
        assertNowhere(
                PodMatch.match(Map.of("a", list("10.1.1.1")), Map.of(), namespaces, NODE)
                        .get("a"),
                true,
                "/run/netns/one, /run/netns/two");
    }

    @Test
    void podKeepsItsNamespaceAndWhoGetsItsAddressIsToldFromIt() {
        Found old = namespace("old", "10.1.1.1");
        Found fresh = namespace("fresh", "10.1.1.1");
        Map<String, Result> results = PodMatch.match(
                Map.of("a", list("10.1.1.1"), "b", list("10.1.1.1")),
                Map.of("b", "key-old"),
                List.of(fresh, old),
                NODE);
        assertIn(results.get("b"), old);
        assertIn(results.get("a"), fresh);
    }

    @Test
    void namespaceThatLostTheAddressIsNotKept() {
        Map<String, Result> results = PodMatch.match(
                Map.of("a", list("10.1.1.1")), Map.of("a", "key-old"), List.of(namespace("old", "10.1.1.7")), NODE);
        assertNowhere(results.get("a"), false, "no network namespace on this node has 10.1.1.1 up");
    }

    @Test
    void twoPodsWithOneAddressAreBothRefused() {
        Map<String, Result> results = PodMatch.match(
                Map.of("a", list("10.1.1.1"), "b", list("10.1.1.1")),
                Map.of(),
                List.of(namespace("one", "10.1.1.1")),
                NODE);
        assertNowhere(results.get("a"), true, "a and b");
        assertNowhere(results.get("b"), true, "a and b");
    }

    @Test
    void podOnTheHostNetworkIsRefused() {
        Map<String, Result> results = PodMatch.match(Map.of("a", list("10.9.0.1")), Map.of(), List.of(), NODE);
        assertNowhere(results.get("a"), false, "host network");
    }
}

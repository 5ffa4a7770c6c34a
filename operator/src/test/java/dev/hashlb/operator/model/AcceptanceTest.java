package dev.hashlb.operator.model;

import static dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus.ACCEPTED;
import static dev.hashlb.crds.v1alpha1.HashLoadBalancerStatus.PROGRAMMED;
import static dev.hashlb.operator.model.Cluster.WEB;
import static dev.hashlb.operator.model.Cluster.balancer;
import static dev.hashlb.operator.model.Cluster.cidrs;
import static dev.hashlb.operator.model.Cluster.condition;
import static dev.hashlb.operator.model.Cluster.port;
import static dev.hashlb.operator.model.Cluster.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec;
import dev.hashlb.crds.v1alpha1.HashLoadBalancerSpec.TableKind;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which declarations hold. No rule here may rest on the CRD's own ones: old API servers do not evaluate them. */
class AcceptanceTest {
    private static final NamespacedName OTHER = new NamespacedName("blog", "other");

    private final Cluster cluster = Cluster.ofNodes(2);

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "10.9.0.2        | AddressForbidden  | an address of node n2",
                "10.244.1.9      | AddressForbidden  | where node n2 has its pods",
                "10.96.0.7       | AddressForbidden  | the cluster address of Service shop/db",
                "10.97.0.1       | AddressForbidden  | where Services have their addresses",
                "192.0.2.1       | AddressForbidden  | the API server's address",
                "127.0.0.1       | Invalid           | is a loopback address",
                "::1             | Invalid           | is the loopback address",
                "169.254.169.254 | Invalid           | is a link-local address",
                "fe80::1         | Invalid           | is a link-local address",
                "224.0.0.1       | Invalid           | is a multicast address",
                "ff02::1         | Invalid           | is a multicast address",
                "255.255.255.255 | Invalid           | broadcast",
                "0.0.0.0         | Invalid           | is unspecified",
                "::              | Invalid           | is the unspecified address",
                "::ffff:10.9.0.2 | Invalid           | is not an IPv4 or IPv6 address",
                "203.0.113.1     | AddressNotAllowed | 10.0.0.0/8"
            })
    void addressThatIsNotForBalancersIsRefused(String address, String reason, String says) {
        cluster.allowed.clear();
        cluster.allowed.add(new Installation.Allowed(List.of("shop"), cidrs("10.0.0.0/8", "192.0.2.0/24")));
        cluster.serviceAddresses.put(IpAddress.parse("10.96.0.7"), new NamespacedName("shop", "db"));
        cluster.forbidden.add(
                new Installation.Forbidden(cidrs("10.97.0.0/16").getFirst(), "where Services have their addresses"));
        cluster.forbidden.add(new Installation.Forbidden(cidrs("192.0.2.1/32").getFirst(), "the API server's address"));
        cluster.declare(WEB, spec().addresses(address).done());
        Plan plan = cluster.plan();
        assertRefused(plan, WEB, reason, says);
        assertThat(plan.statuses().get(WEB).addresses()).isEmpty();
    }

    @Test
    void nothingIsAllowedByDefaultAndOtherNamespacesPermissionsDoNotCount() {
        cluster.allowed.clear();
        cluster.declare(WEB, spec().done());
        assertRefused(cluster.plan(), WEB, "AddressNotAllowed", "(none)");
        cluster.allowed.add(new Installation.Allowed(List.of("blog"), cidrs("198.51.100.0/24")));
        assertRefused(cluster.plan(), WEB, "AddressNotAllowed", "(none)");
        cluster.allowed.add(new Installation.Allowed(List.of("shop"), cidrs("198.51.100.10/32")));
        assertThat(condition(cluster.plan(), WEB, ACCEPTED).getStatus()).isEqualTo("True");
    }

    @Test
    void withdrawnPermissionEndsTheBalancer() {
        cluster.declare(WEB, spec().done());
        cluster.plan();
        cluster.allowed.clear();
        assertRefused(cluster.plan(), WEB, "AddressNotAllowed", "198.51.100.10");
    }

    @Test
    void olderBalancerKeepsThePortAndTheNewerIsToldItsName() {
        cluster.declare(OTHER, spec().done());
        cluster.declare(WEB, spec().done());
        Plan plan = cluster.plan();
        assertRefused(plan, WEB, "Conflict", "balancer blog/other");
        assertThat(plan.snapshot().balancers()).extracting(Balancer::name).containsExactly(OTHER);
        cluster.balancers.remove(OTHER);
        assertThat(condition(cluster.plan(), WEB, ACCEPTED).getStatus()).isEqualTo("True");
    }

    @Test
    void targetPortsOfOneAddressAreOneToOneAcrossBalancers() {
        cluster.declare(OTHER, spec().ports(port(80, new IntOrString(8080))).done());
        cluster.declare(WEB, spec().ports(port(81, new IntOrString(8080))).done());
        assertRefused(cluster.plan(), WEB, "Conflict", "one-to-one");
    }

    @Test
    void balancersMayShareAnAddressWithDifferentPorts() {
        cluster.declare(OTHER, spec().ports(port(80, new IntOrString(8080))).done());
        cluster.declare(WEB, spec().ports(port(81, new IntOrString(8081))).done());
        assertThat(cluster.plan().snapshot().balancers()).hasSize(2);
    }

    @Test
    void oneBadBalancerDoesNotHoldUpTheOthers() {
        cluster.declare(OTHER, new HashLoadBalancerSpec(null, null, null, null, null, null, null, null, null, null));
        cluster.declare(WEB, spec().done());
        NamespacedName empty = new NamespacedName("blog", "empty");
        cluster.balancers.put(empty, new DeclaredBalancer(empty, "u", Cluster.EPOCH, 1, null, null));
        Plan plan = cluster.plan();
        assertRefused(plan, OTHER, "Invalid", "addresses is missing");
        assertRefused(plan, empty, "Invalid", "spec is missing");
        assertThat(condition(plan, WEB, ACCEPTED).getStatus()).isEqualTo("True");
    }

    @Test
    void serversComeFromExactlyOnePlace() {
        cluster.declare(WEB, spec().source(null, null).done());
        assertRefused(cluster.plan(), WEB, "Invalid", "serviceName is missing, and so is selector");
        cluster.declare(WEB, spec().source("web", Map.of("app", "web")).done());
        assertRefused(cluster.plan(), WEB, "Invalid", "selector stands beside serviceName");
    }

    @Test
    void mistakeInAChangeLetsTheBalancerGoOnAsItWas() {
        cluster.declare(WEB, spec().done());
        cluster.pod(1, "n1", true);
        Balancer before = balancer(cluster.settle(), WEB);
        cluster.declare(WEB, spec().addresses("127.0.0.1").done());
        Plan plan = cluster.plan();
        assertThat(balancer(plan, WEB)).isEqualTo(before);
        assertThat(condition(plan, WEB, ACCEPTED).getMessage()).contains("goes on as it was declared before");
        assertThat(plan.statuses().get(WEB).observedGeneration()).isEqualTo(2);
        cluster.restartOperator();
        assertThat(balancer(cluster.plan(), WEB)).isEqualTo(before);
    }

    @Test
    void hashAndFamiliesAreImmutableWithoutTheApiServersHelp() {
        cluster.declare(WEB, spec().done());
        cluster.plan();
        cluster.declare(WEB, spec().table(TableKind.MODULO).done());
        assertThat(condition(cluster.plan(), WEB, ACCEPTED).getReason()).isEqualTo("Immutable");
        cluster.declare(WEB, spec().addresses("2001:db8:51::10").done());
        assertThat(condition(cluster.plan(), WEB, ACCEPTED).getReason()).isEqualTo("Immutable");
        cluster.declare(
                WEB, spec().table(TableKind.STABLE).addresses("198.51.100.11").done());
        assertThat(condition(cluster.plan(), WEB, ACCEPTED).getStatus()).isEqualTo("True");
    }

    @Test
    void balancerThatIsMadeAnewMayBeAnythingAndItsGenerationGoesOn() {
        cluster.declare(WEB, spec().done());
        cluster.pod(1, "n1", true);
        long generation = balancer(cluster.settle(), WEB).generation();
        DeclaredBalancer old = cluster.balancers.get(WEB);
        cluster.balancers.put(
                WEB,
                new DeclaredBalancer(
                        WEB,
                        "another",
                        old.createdAt(),
                        1,
                        spec().table(TableKind.MODULO).done(),
                        null));
        Balancer anew = balancer(cluster.settle(), WEB);
        assertThat(condition(cluster.plan(), WEB, ACCEPTED).getStatus()).isEqualTo("True");
        assertThat(anew.generation()).isGreaterThan(generation);
    }

    private static void assertRefused(Plan plan, NamespacedName name, String reason, String says) {
        assertThat(plan.snapshot().balancers()).noneMatch(b -> b.name().equals(name));
        var accepted = condition(plan, name, ACCEPTED);
        assertThat(accepted.getStatus()).isEqualTo("False");
        assertThat(accepted.getReason()).isEqualTo(reason);
        assertThat(accepted.getMessage()).contains(says);
        assertThat(condition(plan, name, PROGRAMMED).getReason()).isEqualTo("NotAccepted");
    }
}

package dev.hashlb.operator.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.NamespacedName;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A Service's slices of IPv4 and of IPv6 are written one after the other. */
class ClusterViewTest {
    private static final NamespacedName WEB = new NamespacedName("shop", "web");
    private static final NamespacedName API = new NamespacedName("shop", "api");

    @Test
    void podsOfBothFamiliesAreToldWholly() {
        assertThat(halfTold(Map.of(WEB, List.of(endpoint("a", "10.1.1.1", true), endpoint("a", "fd00::1", true)))))
                .isFalse();
    }

    @Test
    void podThatOneFamilyLacksIsHalfTold() {
        List<Endpoint> known = List.of(endpoint("a", "10.1.1.1", true), endpoint("a", "fd00::1", true));
        assertThat(halfTold(
                        Map.of(API, known, WEB, List.of(known.get(0), known.get(1), endpoint("b", "10.1.1.2", true)))))
                .isTrue();
        assertThat(halfTold(Map.of(WEB, List.of(known.get(0), endpoint("b", "10.1.1.2", true), known.get(1)))))
                .isTrue();
    }

    @Test
    void podThatIsReadyInOneFamilyAloneIsHalfTold() {
        assertThat(halfTold(Map.of(WEB, List.of(endpoint("a", "10.1.1.1", true), endpoint("a", "fd00::1", false)))))
                .isTrue();
    }

    @Test
    void podThatEndsInOneFamilyAloneIsHalfTold() {
        Endpoint ending = new Endpoint("pod-a", "a", "n1", List.of(IpAddress.parse("fd00::1")), true, true, Map.of());
        assertThat(halfTold(Map.of(WEB, List.of(endpoint("a", "10.1.1.1", true), ending))))
                .isTrue();
    }

    @Test
    void whatIsNoPodIsNotWaitedFor() {
        assertThat(halfTold(Map.of(
                        WEB,
                        List.of(
                                endpoint("a", "10.1.1.1", true),
                                endpoint("a", "fd00::1", true),
                                endpoint("", "10.1.1.9", true)))))
                .isFalse();
    }

    @Test
    void serviceOfOneFamilyIsToldWholly() {
        assertThat(halfTold(Map.of(
                        WEB, List.of(endpoint("a", "10.1.1.1", true), endpoint("b", "10.1.1.2", false)),
                        API, List.of(endpoint("c", "fd00::3", true)))))
                .isFalse();
        assertThat(halfTold(Map.of(WEB, List.of()))).isFalse();
    }

    private static boolean halfTold(Map<NamespacedName, List<Endpoint>> endpoints) {
        return new ClusterView(
                        List.of(),
                        Map.of(),
                        endpoints,
                        List.of(),
                        List.of(),
                        Map.of(),
                        new ServiceAddresses(Map.of()),
                        new Installation(List.of(), List.of()),
                        false)
                .isHalfTold();
    }

    private static Endpoint endpoint(String uid, String address, boolean ready) {
        return new Endpoint("pod-" + uid, uid, "n1", List.of(IpAddress.parse(address)), ready, false, Map.of());
    }
}

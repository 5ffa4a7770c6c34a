package dev.hashlb.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods' namespaces found by address, with real ones: what lists that are not current must not do to other pods. */
final class PodLinksIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String ADDRESS = "10.44.0.2";
    private static final String OTHER_ADDRESS = "10.44.0.3";

    @TempDir
    private Path directory;

    private TestNamespace first;
    private TestNamespace second;

    @BeforeEach
    void open() throws IOException {
        first = new TestNamespace("first");
        second = new TestNamespace("second");
        Files.createDirectory(directory.resolve("netns"));
        name(first);
        name(second);
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    private void name(TestNamespace namespace) throws IOException {
        Files.createSymbolicLink(directory.resolve("netns").resolve(namespace.name()), Path.of(namespace.path()));
    }

    private static void give(TestNamespace namespace, String address) {
        namespace.run("ip link add eth0 type veth peer name peer0");
        namespace.run("ip link set peer0 up");
        namespace.run("ip link set eth0 up");
        namespace.run("ip addr add " + address + "/24 dev eth0");
    }

    private PodLinks links(Duration doubtedFor) throws IOException {
        return new PodLinks(
                directory.resolve("links"),
                List.of(directory.resolve("netns")),
                new Successors(doubtedFor, System::nanoTime));
    }

    private static Map<String, List<IpAddress>> pod(String address) {
        return Map.of("pod", List.of(IpAddress.parse(address)));
    }

    private static void assertIn(PodLinks links, TestNamespace namespace) {
        assertThat(links.missing()).isEmpty();
        assertThat(NamespaceScan.keyOf(links.link("pod"))).isEqualTo(NamespaceScan.keyOf(Path.of(namespace.path())));
    }

    private static void assertNowhere(PodLinks links, String part) {
        assertThat(links.missing().get("pod")).contains(part);
        assertThat(Files.exists(links.link("pod"))).as("leads somewhere").isFalse();
    }

    @Test
    void aListFromDiskFindsOnlyWhatAnEarlierProcessHadFound() throws IOException {
        give(first, ADDRESS);
        try (PodLinks links = links(Duration.ZERO)) {
            links.want(pod(ADDRESS), false);
            assertNowhere(links, "waiting for the operator's list");
            links.want(pod(ADDRESS), true);
            assertIn(links, first);
        }
        try (PodLinks next = links(Duration.ZERO)) {
            next.want(pod(ADDRESS), false);
            assertIn(next, first);
        }
    }

    /** A node that was started anew: the pod's namespace is another one, and another pod has its address. */
    @Test
    void anotherPodWithTheAddressIsNotTakenForThePod() throws IOException {
        give(first, ADDRESS);
        try (PodLinks links = links(Duration.ZERO)) {
            links.want(pod(ADDRESS), true);
            assertIn(links, first);
        }
        give(second, OTHER_ADDRESS); // the pod's, from now on
        first.delete();
        try (TestNamespace foreign = new TestNamespace("foreign");
                PodLinks next = links(Duration.ofDays(1))) {
            name(foreign);
            give(foreign, ADDRESS);
            next.want(pod(ADDRESS), false);
            assertNowhere(next, "waiting for the operator's list");
            next.want(pod(ADDRESS), true);
            assertNowhere(next, "perhaps as another pod's");
            next.want(pod(OTHER_ADDRESS), true);
            assertIn(next, second);
        } finally {
            first.create(); // for close
        }
    }

    @Test
    void aNamespaceThatHasTheAddressForAWhileIsTaken() throws IOException {
        give(first, ADDRESS);
        try (PodLinks links = links(Duration.ofSeconds(2))) {
            links.want(pod(ADDRESS), true);
            first.delete();
            await().atMost(SOON).until(() -> links.missing().containsKey("pod"));
            first.create();
            give(first, ADDRESS);
            await().atMost(SOON)
                    .until(() -> links.missing().getOrDefault("pod", "").contains("perhaps"));
            await().atMost(SOON).untilAsserted(() -> assertIn(links, first));
        }
    }

    @Test
    void aPodFoundElsewhereWhileItsNamespaceLivesIsKnownByAnotherPath() throws IOException {
        give(first, ADDRESS);
        give(second, OTHER_ADDRESS);
        try (PodLinks links = links(Duration.ofDays(1))) {
            links.want(pod(ADDRESS), true);
            Path before = links.link("pod");

            links.want(pod(OTHER_ADDRESS), true);

            assertIn(links, second);
            assertThat(links.link("pod")).isNotEqualTo(before);
            assertThat(NamespaceScan.keyOf(before)).isEqualTo(NamespaceScan.keyOf(Path.of(first.path())));
            links.undone(before);
            assertThat(Files.isSymbolicLink(before)).isFalse();
            assertIn(links, second);
        }
    }

    @Test
    void whoListensIsToldOfThatWhereItHappensBetweenTwoLists() throws IOException {
        give(first, ADDRESS);
        AtomicInteger moves = new AtomicInteger();
        try (PodLinks links = links(Duration.ofDays(1))) {
            links.onMoved(moves::incrementAndGet);
            links.want(pod(ADDRESS), true);
            assertThat(moves).hasValue(0);

            first.run("ip addr del " + ADDRESS + "/24 dev eth0");
            give(second, ADDRESS);
            Files.createFile(directory.resolve("netns/noticed")); // a file that comes has the folder looked at

            await().atMost(SOON).untilAsserted(() -> assertIn(links, second));
            assertThat(moves.get()).isPositive();
        }
    }
}

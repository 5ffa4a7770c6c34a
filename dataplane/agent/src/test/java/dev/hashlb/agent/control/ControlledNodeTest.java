package dev.hashlb.agent.control;

import static dev.hashlb.agent.control.Snapshots.balancer;
import static dev.hashlb.agent.control.Snapshots.server;
import static dev.hashlb.agent.control.Snapshots.snapshot;
import static dev.hashlb.agent.control.Snapshots.web;
import static dev.hashlb.agent.control.Snapshots.whole;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.hashlb.agent.control.Forwarder.Origin;
import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.digest.SnapshotDigest;
import dev.hashlb.core.forward.BalancerTable;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.select.BalancerTables;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.ReturnMode;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.protocol.v1alpha1.Answer;
import dev.hashlb.protocol.v1alpha1.Nack.Code;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state machine of the contract's page, without a stream: changes in, answers out. */
final class ControlledNodeTest {
    private static final Balancer API =
            balancer("api", "198.51.100.11", server("x", "s2", "10.1.2.9", Interval.open(1, 1)));

    @TempDir
    private Path folder;

    private final Recorder forwarder = new Recorder();
    private final Map<IpAddress, String> forbidden = new HashMap<>();
    private @Nullable SnapshotKeeper keeper;

    /** Forwards nothing, and remembers what it was given. */
    private static final class Recorder implements Forwarder {
        final List<Snapshot> applied = new ArrayList<>();
        final List<Origin> origins = new ArrayList<>();
        final Map<String, String> problems = new HashMap<>();
        IOException refusal;

        @Override
        public void apply(Snapshot snapshot, Origin origin) throws IOException {
            if (refusal != null) {
                throw refusal;
            }
            applied.add(snapshot);
            origins.add(origin);
        }

        @Override
        public Map<String, String> problems() {
            return problems;
        }

        @Override
        public void close() {}
    }

    /** As if the process began anew; what the one before kept is on disk. */
    private ControlledNode node() {
        awaitKept();
        ControlMetrics metrics = new ControlMetrics(() -> 0, () -> 0);
        keeper = new SnapshotKeeper(new StoredSnapshot(folder.resolve("state")), metrics);
        return new ControlledNode(
                "s1", new SnapshotJudge("s1", () -> forbidden, this::tables), forwarder, keeper, metrics);
    }

    /** As a data plane has them, computed from one list to the next. */
    private Optional<BalancerTables> tables(NamespacedName balancer) {
        ForwardingTable table = ForwardingTable.EMPTY;
        for (Snapshot snapshot : forwarder.applied) {
            table = table.next(snapshot, table.routers());
        }
        return table.balancers().stream()
                .filter(b -> b.balancer().name().equals(balancer))
                .map(BalancerTable::tables)
                .findAny();
    }

    @AfterEach
    void awaitKept() {
        if (keeper != null) {
            keeper.finish();
        }
    }

    private static SnapshotChange.Builder delta(Snapshot from, Snapshot to) {
        return SnapshotChange.newBuilder()
                .setBaseVersion(from.version())
                .setVersion(to.version())
                .setDigest(SnapshotDigest.of(to))
                .setNonce(ByteString.copyFromUtf8("n"));
    }

    private static void assertRefused(Answer answer, Code code, String balancer, String... parts) {
        assertThat(answer.hasNack()).as("%s", answer).isTrue();
        assertThat(answer.getNack().getCode()).as("%s", answer).isEqualTo(code);
        assertThat(answer.getNack().getBalancer().getName()).isEqualTo(balancer);
        assertThat(answer.getNack().getReason()).contains(parts);
    }

    @Test
    void wholeIsAppliedAnsweredAndKept() throws IOException {
        ControlledNode node = node();
        Snapshot snapshot = snapshot(5, web());

        Answer answer = node.answer(whole(snapshot).toBuilder()
                .setNonce(ByteString.copyFromUtf8("one"))
                .build());

        assertThat(answer.hasAck()).as("%s", answer).isTrue();
        assertThat(answer.getNonce().toStringUtf8()).isEqualTo("one");
        assertThat(answer.getApplied().getVersion()).isEqualTo(5);
        assertThat(answer.getApplied().getDigest()).isEqualTo(SnapshotDigest.of(snapshot));
        assertThat(forwarder.applied).containsExactly(snapshot);
        awaitKept();
        Path file = StoredSnapshot.file(folder.resolve("state"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(new StoredSnapshot(folder.resolve("state")).snapshot()).contains(snapshot);
    }

    @Test
    void deltaChangesWhatItNamesAndNothingElse() {
        ControlledNode node = node();
        Snapshot first = snapshot(5, API, web());
        node.answer(whole(first));
        Balancer changed = balancer("web", "198.51.100.10", server("a", "s1", "10.1.1.1", Interval.open(1, 1)));
        Snapshot second = snapshot(6, API, changed);

        assertThat(node.answer(delta(first, second)
                                .addBalancers(WireWriter.balancer(changed))
                                .build())
                        .hasAck())
                .isTrue();
        Snapshot third = snapshot(9, changed);
        Answer removed = node.answer(delta(second, third)
                .addRemovedBalancers(WireWriter.name(API.name()))
                .build());

        assertThat(removed.hasAck()).as("%s", removed).isTrue();
        assertThat(forwarder.applied).containsExactly(first, second, third);
    }

    @Test
    void deltaOnAnotherBaseIsRefused() {
        ControlledNode node = node();
        Snapshot first = snapshot(5, web());
        assertRefused(node.answer(delta(first, snapshot(6, web())).build()), Code.BASE_MISMATCH, "", "nothing");
        node.answer(whole(first));

        Answer answer = node.answer(delta(snapshot(4), snapshot(6, web())).build());

        assertRefused(answer, Code.BASE_MISMATCH, "", "4", "5");
        assertThat(answer.getApplied().getVersion()).isEqualTo(5);
        assertThat(forwarder.applied).containsExactly(first);
    }

    @Test
    void olderVersionIsRefusedAndTheSameIsTaken() {
        ControlledNode node = node();
        node.answer(whole(snapshot(5, web())));

        assertRefused(node.answer(whole(snapshot(4, web()))), Code.BASE_MISMATCH, "", "4", "5");
        assertThat(node.answer(whole(snapshot(5, API, web()))).hasAck()).isTrue();
        assertThat(forwarder.applied).hasSize(2);
    }

    @Test
    void sameSnapshotAgainIsAnsweredWithoutWork() {
        ControlledNode node = node();
        node.answer(whole(snapshot(5, web())));
        assertThat(node.answer(whole(snapshot(5, web()))).hasAck()).isTrue();
        assertThat(forwarder.applied).hasSize(1);
    }

    @Test
    void anotherDigestIsRefused() {
        ControlledNode node = node();
        Answer answer = node.answer(
                whole(snapshot(5, web())).toBuilder().setDigest(0x1234).build());
        assertRefused(answer, Code.DIGEST_MISMATCH, "", "0000000000001234");
        assertThat(answer.hasApplied()).isFalse();
        assertThat(forwarder.applied).isEmpty();
    }

    @Test
    void forbiddenAddressNamesTheBalancer() {
        forbidden.put(IpAddress.parse("198.51.100.11"), "the API server's address");
        assertRefused(
                node().answer(whole(snapshot(5, API, web()))),
                Code.FORBIDDEN_ADDRESS,
                "api",
                "shop/api",
                "198.51.100.11",
                "the API server's address");
    }

    @Test
    void rulesOfDocumentsHoldHereToo() {
        Balancer sameVip = balancer("zoo", "198.51.100.10");
        assertRefused(
                node().answer(whole(snapshot(5, web(), sameVip))),
                Code.INVALID,
                "zoo",
                "80",
                "198.51.100.10",
                "shop/web");
        assertRefused(node().answer(whole(snapshot(5, balancer("lo", "127.0.0.1")))), Code.INVALID, "lo", "loopback");
        assertRefused(
                node().answer(whole(snapshot(5, balancer("Bad", "198.51.100.1")))), Code.INVALID, "Bad", "DNS-1123");
        Balancer egress = new Balancer(
                API.name(),
                API.addresses(),
                API.ports(),
                API.hash(),
                API.ingress(),
                new Reply(ReturnMode.DIRECT, List.of(Cidr.parse("203.0.113.0/24"))),
                API.sourceRanges(),
                true,
                API.undeclaredPorts(),
                3,
                List.of());
        assertRefused(node().answer(whole(snapshot(5, egress))), Code.INVALID, "api", "with mode Gateway only");
        assertRefused(
                node().answer(whole(snapshot(
                        5,
                        API.withGeneration(1)
                                .withServers(List.of(server("late", "s2", "10.1.2.9", Interval.open(1, 2))))))),
                Code.INVALID,
                "api",
                "generation");
        assertRefused(
                node().answer(whole(new Snapshot(5, List.of(), Snapshots.NODES.subList(1, 2), List.of()))),
                Code.INVALID,
                "",
                "s1");
    }

    @Test
    void wholeWithoutItsPartsIsRefused() {
        assertRefused(node().answer(SnapshotChange.getDefaultInstance()), Code.INVALID, "", "version is 0");
        assertRefused(node().answer(whole(snapshot(5)).toBuilder().clearNodes().build()), Code.INVALID, "", "lacks");
        assertRefused(node().answer(whole(snapshot(5)).toBuilder().clearKeys().build()), Code.INVALID, "", "lacks");
        SnapshotChange twice = whole(snapshot(5, API)).toBuilder()
                .addBalancers(WireWriter.balancer(API))
                .build();
        assertRefused(node().answer(twice), Code.INVALID, "api", "twice");
    }

    @Test
    void whatTheSystemRefusesIsTold() {
        ControlledNode node = node();
        node.answer(whole(snapshot(5, web())));
        forwarder.refusal = new IOException("nft: no");
        Answer answer = node.answer(whole(snapshot(6, API)));
        assertRefused(answer, Code.SYSTEM, "", "nft: no");
        assertThat(answer.getApplied().getVersion()).isEqualTo(5);
        assertThat(node.snapshot().version()).isEqualTo(5);
    }

    @Test
    void ackNamesServersThatCannotBeServed() {
        forwarder.problems.put("uid-prepared", "not found");
        forwarder.problems.put("uid-b", "lives on another node, so is not told");
        Answer answer = node().answer(whole(snapshot(5, web())));
        assertThat(answer.getAck().getProblemsList()).singleElement().satisfies(p -> {
            assertThat(p.getIdentity()).isEqualTo("uid-prepared");
            assertThat(p.getReason()).isEqualTo("not found");
            assertThat(p.getBalancer().getName()).isEqualTo("web");
        });
    }

    @Test
    void nextStartBeginsWithWhatWasKept() {
        node().answer(whole(snapshot(5, API, web())));

        ControlledNode next = node();
        next.startFromDisk();

        assertThat(forwarder.applied).containsExactly(snapshot(5, API, web()), snapshot(5, API, web()));
        assertThat(next.applied().map(a -> a.getVersion())).isEqualTo(Optional.of(5L));
        assertThat(next.answer(delta(snapshot(5), snapshot(6, web()))
                                .addRemovedBalancers(WireWriter.name(API.name()))
                                .build())
                        .hasAck())
                .isTrue();
    }

    /** Also where the list is the same: the addresses in it are current only then. */
    @Test
    void firstListOfTheOperatorIsAppliedAsThatAndTheSameOneNotTwice() {
        SnapshotChange list = whole(snapshot(5, web()));
        node().answer(list);
        ControlledNode next = node();
        next.startFromDisk();

        assertThat(next.answer(list).hasAck()).isTrue();
        assertThat(next.answer(list).hasAck()).isTrue();

        assertThat(forwarder.origins).containsExactly(Origin.OPERATOR, Origin.DISK, Origin.OPERATOR);
        assertThat(forwarder.applied).containsOnly(snapshot(5, web()));
    }

    @Test
    void damagedFileIsNotUsed() throws IOException {
        node().answer(whole(snapshot(5, web())));
        awaitKept();
        Path file = StoredSnapshot.file(folder.resolve("state"));
        byte[] bytes = Files.readAllBytes(file);
        for (int keep : new int[] {0, 1, bytes.length / 2, bytes.length - 1}) {
            Files.write(file, java.util.Arrays.copyOf(bytes, keep));
            ControlledNode next = node();
            next.startFromDisk();
            assertThat(next.snapshot()).as("%d bytes", keep).isEqualTo(Snapshot.EMPTY);
        }
        assertThat(forwarder.applied).hasSize(1);
    }
}

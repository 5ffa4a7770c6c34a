package dev.hashlb.operator.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.operator.identity.Authorities.Lifetimes;
import dev.hashlb.operator.push.ConnectedNode;
import dev.hashlb.operator.push.NodeAnswer;
import dev.hashlb.operator.push.NodeReport;
import dev.hashlb.operator.push.NodeReports;
import dev.hashlb.operator.push.PushServer;
import dev.hashlb.operator.push.PushSettings;
import dev.hashlb.operator.push.RefusalReason;
import dev.hashlb.operator.push.RefusedCallers.RefusedCaller;
import dev.hashlb.operator.push.TokenVerdict;
import dev.hashlb.protocol.v1alpha1.FromDataPlane;
import dev.hashlb.protocol.v1alpha1.Hello;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import dev.hashlb.protocol.v1alpha1.TunnelKey;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real server and real clients over loopback, with real certificates; only the API server is played. */
class PushOverTlsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<RefusedCaller> refused = new CopyOnWriteArrayList<>();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final Instant begin = Instant.now();
    private final Authorities authorities = Authorities.first(begin, Lifetimes.DEFAULT);
    private final Certificates certificates =
            new Certificates(List.of("hashlb-operator"), Clock.systemUTC(), Duration.ofHours(24));
    private final List<LoopbackNode> opened = new ArrayList<>();
    private TunnelKeyKeeper keys;
    private PushServer server;
    private int port;

    @BeforeEach
    void start() throws Exception {
        certificates.refresh(authorities);
        keys = new TunnelKeyKeeper(new MemorySecrets(), "s", TunnelKeyRing.Schedule.DEFAULT);
        keys.load(begin);
        server = new PushServer(
                PushSettings.DEFAULT.listeningOn(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                new PushServer.Collaborators(
                        certificates,
                        token -> CompletableFuture.completedFuture(verdict(token)),
                        certificates,
                        keys,
                        new StoredVersions(new MemorySecrets(), "v"),
                        new Told(),
                        refused::add,
                        registry));
        port = server.start();
        server.lead();
    }

    @AfterEach
    void stop() {
        opened.forEach(LoopbackNode::close);
        server.close();
    }

    private static TokenVerdict verdict(String token) {
        return token.startsWith("of-")
                ? new TokenVerdict.Accepted(token.substring(3), "hashlb/pod")
                : new TokenVerdict.Rejected(RefusalReason.BAD_TOKEN, Optional.empty(), "no good");
    }

    private final class Told implements NodeReports {
        @Override
        public void connected(ConnectedNode node) {
            told.add("connected " + node.node());
        }

        @Override
        public void answered(NodeAnswer answer) {
            told.add("answered " + answer.node());
            if (answer.node().equals("node-of-a-bug")) {
                throw new IllegalStateException("a listener's bug");
            }
        }

        @Override
        public void reported(NodeReport report) {
            told.add("reported " + report.node());
        }

        @Override
        public void disconnected(String node, String reason) {
            told.add("disconnected " + node);
        }
    }

    private LoopbackNode node(String node, String token) {
        LoopbackNode made = new LoopbackNode(node, port, token, authorities.trusted());
        opened.add(made);
        return made;
    }

    private LoopbackNode streaming(String name) throws Exception {
        LoopbackNode node = node(name, "of-" + name);
        return node.open(node.issue()).hello();
    }

    private static Snapshot nodes(int count) {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(new Node("node-" + i, IpAddress.ipv4(0x0a000001 + i), true));
        }
        return new Snapshot(0, List.of(), nodes, List.of());
    }

    private double counted(String name, String tag, String value) {
        var counter = registry.find("hashlb_operator_" + name).tag(tag, value).counter();
        return counter == null ? 0 : counter.count();
    }

    private void awaitCounted(String name, String tag, String value) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> counted(name, tag, value) > 0);
    }

    @Test
    void aNodeGetsItsCertificateThenTheWholeThenWhatChanges() throws Exception {
        LoopbackNode node = streaming("node-1");
        long first = server.publish(nodes(1));
        SnapshotChange whole = node.nextAcknowledged();
        assertThat(whole.getVersion()).isEqualTo(first).isGreaterThanOrEqualTo(begin.toEpochMilli());
        assertThat(whole.getBaseVersion()).isZero();
        assertThat(whole.getKeys().getKeysCount()).isEqualTo(1);
        assertThat(server.publish(nodes(1))).as("nothing has changed").isEqualTo(first);
        long second = server.publish(nodes(2));
        SnapshotChange change = node.nextAcknowledged();
        assertThat(change.getBaseVersion()).isEqualTo(first);
        assertThat(change.getVersion()).isEqualTo(second);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(told).containsExactly("connected node-1", "answered node-1", "answered node-1"));
        assertThat(node.changes).isEmpty();
    }

    @Test
    void aNewerStreamOfANodeTakesTheOldOnesPlace() throws Exception {
        server.publish(nodes(1));
        LoopbackNode older = streaming("node-1");
        older.nextAcknowledged();
        LoopbackNode newer = streaming("node-1");
        newer.nextAcknowledged();
        assertThat(older.ending()).isEqualTo(Status.Code.ABORTED);
        assertThat(told).doesNotContain("disconnected node-1");
        newer.close();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> told.contains("disconnected node-1"));
    }

    @Test
    void aDataPlaneSpeaksForItsOwnNodeOnly() throws Exception {
        LoopbackNode one = node("node-1", "of-node-1");
        X509Certificate certificate = one.issue();
        assertThat(NodeName.of(certificate)).contains("node-1");

        LoopbackNode otherToken = new LoopbackNode("node-1", port, "of-node-2", authorities.trusted());
        opened.add(otherToken);
        assertThat(otherToken.open(otherToken.issue()).hello().ending()).isEqualTo(Status.Code.PERMISSION_DENIED);

        LoopbackNode otherHello = node("node-2", "of-node-1");
        assertThat(otherHello.open(otherHello.issue()).hello().ending()).isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    @Test
    void aTokenAndACertificateOfTwoNodesAreRefusedCountedAndTold() throws Exception {
        LoopbackNode one = new LoopbackNode("node-1", port, "of-node-1", authorities.trusted());
        X509Certificate certificate = one.issue();
        // The same key with another node's token: what a thief of a token would do.
        LoopbackNode thief = one.withToken("of-node-2");
        opened.add(thief);
        assertThat(thief.open(certificate).hello().ending()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(counted("refused_calls", "reason", "other_node")).isEqualTo(1);
        assertThat(refused).hasSize(1).first().satisfies(r -> {
            assertThat(r.reason()).isEqualTo(RefusalReason.OTHER_NODE);
            assertThat(r.node()).contains("node-2");
            assertThat(r.message()).contains("node-1").doesNotContain("of-node-2");
        });
    }

    @Test
    void withoutTokenOrCertificateNobodyComesIn() throws Exception {
        assertThat(node("node-1", "of-node-1").open(null).hello().ending()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(counted("refused_calls", "reason", "no_certificate")).isEqualTo(1);
        assertThatThrownBy(() -> node("node-1", "").issue())
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
        assertThatThrownBy(() -> node("node-1", "forged").issue())
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
        assertThat(counted("refused_calls", "reason", "bad_token")).isEqualTo(1);
        assertThatThrownBy(() -> node("node-1", "of-node-1").issue(new byte[] {1, 2, 3}))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
    }

    @Test
    void aStrangersCertificateEndsTheHandshake() throws Exception {
        Authority stranger = Authority.create("stranger", begin, Duration.ofDays(1));
        LoopbackNode node = node("node-1", "of-node-1");
        X509Certificate forged = stranger.signNode(node.publicKey(), "node-1", begin, Duration.ofDays(1));
        assertThat(node.open(forged).hello().ending()).isEqualTo(Status.Code.UNAVAILABLE);
        awaitCounted("refused_connections", "reason", "handshake");
    }

    @Test
    void aServersCertificateIsNoClients() throws Exception {
        LoopbackNode node = node("node-1", "of-node-1");
        X509Certificate wrongPurpose =
                authorities.current().signServer(node.publicKey(), List.of("node-1"), begin, Duration.ofDays(1));
        assertThat(node.open(wrongPurpose).hello().ending()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void aStandbyRefusesAndAnOldLeaderEndsItsStreams() throws Exception {
        server.publish(nodes(1));
        LoopbackNode node = streaming("node-1");
        X509Certificate certificate = node.issue();
        node.nextAcknowledged();
        server.resign();
        assertThat(node.ending()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(node("node-1", "of-node-1").open(certificate).hello().ending())
                .isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void authoritiesChangeWithoutADroppedStream() throws Exception {
        server.publish(nodes(1));
        LoopbackNode node = streaming("node-1");
        node.nextAcknowledged();
        Instant due = begin.plus(Duration.ofDays(250));
        Authorities announced = authorities.at(due, Lifetimes.DEFAULT);
        Authorities signing = announced.at(due.plus(Duration.ofDays(2)), Lifetimes.DEFAULT);
        assertThat(signing.current()).isNotEqualTo(authorities.current());
        certificates.refresh(announced);
        // The next authority is of the future in this test: what it signs is not valid today, but trust is there.
        server.publish(nodes(2));
        node.nextAcknowledged();
        assertThat(node.ended).isNotDone();

        Authority young = Authority.create("young", begin, Duration.ofDays(365));
        certificates.refresh(new Authorities(
                Optional.empty(), young, Optional.of(authorities.current().certificate()), begin));
        server.publish(nodes(3));
        node.nextAcknowledged();
        assertThat(node.ended).as("the old stream goes on").isNotDone();
        LoopbackNode late = new LoopbackNode("node-2", port, "of-node-2", List.of(young.certificate()));
        opened.add(late);
        late.open(late.issue()).hello().nextAcknowledged();
    }

    @Test
    void tunnelKeysChangeInThreeStepsEachOfWhichAllNodesHaveAcknowledged() throws Exception {
        server.publish(nodes(2));
        LoopbackNode fast = streaming("node-0");
        LoopbackNode slow = streaming("node-1");
        Instant due = begin.plus(TunnelKeyRing.Schedule.DEFAULT.rotation());
        for (List<Integer> step : List.of(List.of(0), List.of(0, 1), List.of(1, 0), List.of(1))) {
            assertThat(keyIds(fast.nextAcknowledged())).isEqualTo(step);
            SnapshotChange held = slow.next();
            assertThat(keyIds(held)).isEqualTo(step);
            assertThat(stepKeys(due))
                    .as("one node has not acknowledged %s", step)
                    .isFalse();
            slow.acknowledge(held);
            if (step.size() == 1 && step.getFirst() == 1) {
                break;
            }
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> stepKeys(due));
        }
        assertThat(fast.ended).isNotDone();
        assertThat(slow.ended).isNotDone();
    }

    private boolean stepKeys(Instant at) {
        boolean changed =
                keys.step(at, server.keysCoverage().toCompletableFuture().join());
        if (changed) {
            server.keysChanged();
        }
        return changed;
    }

    private static List<Integer> keyIds(SnapshotChange change) {
        return change.getKeys().getKeysList().stream().map(TunnelKey::getId).toList();
    }

    @Test
    void aListenersBugHitsNobodyElse() throws Exception {
        server.publish(nodes(1));
        LoopbackNode bug = streaming("node-of-a-bug");
        bug.nextAcknowledged();
        LoopbackNode good = streaming("node-1");
        good.nextAcknowledged();
        server.publish(nodes(2));
        good.nextAcknowledged();
        bug.nextAcknowledged();
    }

    @Test
    void messagesThatAreTooLongOrUnreadableEndTheStreamAndAreCounted() throws Exception {
        server.publish(nodes(1));
        LoopbackNode tooLong = streaming("node-1");
        tooLong.next();
        tooLong.send(FromDataPlane.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                99,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFrom(new byte[2 << 20]))
                                        .build())
                        .build())
                .build());
        assertThat(tooLong.ending()).isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED);
        awaitCounted("ended_calls", "code", "resource_exhausted");

        long seed = 20260103;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        LoopbackNode fuzz = node("node-2", "of-node-2");
        X509Certificate certificate = fuzz.issue();
        ManagedChannel channel = fuzz.dial(certificate);
        try {
            for (int round = 0; round < 60; round++) {
                byte[] bytes = new byte[1 + random.nextInt(200)];
                random.nextBytes(bytes);
                // Field number 0 does not exist: never a message. Fewer than the resets that a connection may have in
                // 10 s.
                bytes[0] = 0;
                assertThat(sendRaw(channel, bytes).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            }
        } finally {
            channel.shutdownNow();
        }
        streaming("node-3").nextAcknowledged();
    }

    private static Status sendRaw(ManagedChannel channel, byte[] bytes) throws Exception {
        MethodDescriptor.Marshaller<byte[]> raw = new MethodDescriptor.Marshaller<>() {
            @Override
            public InputStream stream(byte[] value) {
                return new ByteArrayInputStream(value);
            }

            @Override
            public byte[] parse(InputStream stream) {
                return new byte[0];
            }
        };
        CompletableFuture<Status> closed = new CompletableFuture<>();
        ClientCall<byte[], byte[]> call = channel.newCall(
                MethodDescriptor.newBuilder(raw, raw)
                        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                        .setFullMethodName("hashlb.v1alpha1.SnapshotService/Stream")
                        .build(),
                CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        closed.complete(status);
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage(bytes);
        return closed.get(20, TimeUnit.SECONDS);
    }

    @Test
    void garbageOnThePortIsRefusedAndCounted() throws Exception {
        long seed = 20260104;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            byte[] bytes = new byte[random.nextInt(5000)];
            random.nextBytes(bytes);
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream().write(bytes);
                socket.shutdownOutput();
                socket.setSoTimeout(20_000);
                socket.getInputStream().readAllBytes();
            } catch (java.net.SocketException e) {
                // Reset in the midst of writing: refused all the same.
                assertThat(e).isNotNull();
            }
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> counted("refused_connections", "reason", "handshake") == 50);
        assertThat(registry.get("hashlb_operator_connections").gauge().value()).isZero();
        server.publish(nodes(1));
        streaming("node-1").nextAcknowledged();
    }

    @Test
    void manyHellosWithoutAnswersHoldNothing() throws Exception {
        server.publish(nodes(1));
        LoopbackNode node = node("node-1", "of-node-1");
        X509Certificate certificate = node.issue();
        node.open(certificate);
        Hello hello = Hello.newBuilder()
                .setNode("node-1")
                .setEngine("e".repeat(100_000))
                .build();
        for (int i = 0; i < 100; i++) {
            node.send(FromDataPlane.newBuilder().setHello(hello).build());
        }
        assertThat(node.ending()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
}

package dev.hashlb.agent.control;

import static dev.hashlb.agent.control.Snapshots.snapshot;
import static dev.hashlb.agent.control.Snapshots.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.protocol.v1alpha1.Balancer;
import dev.hashlb.protocol.v1alpha1.IpAddress;
import dev.hashlb.protocol.v1alpha1.Nack;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@SuppressWarnings("AvoidValueSetter") // numbers that no enum has are the point
final class WireTest {
    private static final NamespacedName WEB = new NamespacedName("shop", "web");

    @Test
    void whatIsWrittenIsReadAgain() throws ChangeRefusedException {
        Snapshot snapshot = snapshot(5, web(), Snapshots.balancer("zoo", "198.51.100.11"));
        assertThat(ChangeReader.read(Snapshot.EMPTY, Snapshots.whole(snapshot))).isEqualTo(snapshot);
    }

    /** Each is a balancer with one bad value; the answer names the balancer, the field and the value. */
    @TestFactory
    java.util.stream.Stream<DynamicTest> badValuesAreRefusedWithBalancerAndField() {
        Map<String, Consumer<Balancer.Builder>> cases = Map.ofEntries(
                Map.entry("ingress has the value 0", b -> b.setIngressValue(0)),
                Map.entry("ingress has the value 9", b -> b.setIngressValue(9)),
                Map.entry("return_mode has the value -1", b -> b.setReturnModeValue(-1)),
                Map.entry("undeclared_ports has the value 7", b -> b.setUndeclaredPortsValue(7)),
                Map.entry("hash.fields has the value 3", b -> b.getHashBuilder().setFieldsValue(3)),
                Map.entry("hash.table has the value 0", b -> b.getHashBuilder().clearTable()),
                Map.entry("hash.buckets is 4294967295", b -> b.getHashBuilder().setBuckets(-1)),
                Map.entry(
                        "ports[1].protocol has the value 6",
                        b -> b.getPortsBuilder(1).setProtocolValue(6)),
                Map.entry(
                        "ports[0].delivery has the value 0",
                        b -> b.getPortsBuilder(0).setDeliveryValue(0)),
                Map.entry("ports[0].port is 0", b -> b.getPortsBuilder(0).setPort(0)),
                Map.entry(
                        "ports[0].port is 4294967295", b -> b.getPortsBuilder(0).setPort(-1)),
                Map.entry(
                        "ports[0].target_port is 65536",
                        b -> b.getPortsBuilder(0).setTargetPort(65536)),
                Map.entry("addresses[0] has 3 bytes", b -> b.setAddresses(0, octets(1, 2, 3))),
                Map.entry("addresses[1] has 0 bytes", b -> b.setAddresses(1, octets())),
                Map.entry(
                        "addresses[0] ::ffff:102:304 is IPv4-mapped",
                        b -> b.setAddresses(0, octets(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4))),
                Map.entry(
                        "source_ranges[0]: prefix length 33",
                        b -> b.getSourceRangesBuilder(0).setLengthBits(33)),
                Map.entry(
                        "source_ranges[0]: prefix length -1",
                        b -> b.getSourceRangesBuilder(0).setLengthBits(-1)),
                Map.entry("source_ranges[1]: ", b -> b.getSourceRangesBuilder(1).setLengthBits(3)),
                Map.entry("generation is 0", b -> b.setGeneration(0)),
                Map.entry("generation is 18446744073709551615", b -> b.setGeneration(-1)),
                Map.entry(
                        "servers[0].intervals[0].weight is 257",
                        b -> b.getServersBuilder(0).getIntervalsBuilder(0).setWeight(257)),
                Map.entry(
                        "servers[0].intervals[0].left is 1",
                        b -> b.getServersBuilder(0).getIntervalsBuilder(0).setLeft(1)),
                Map.entry(
                        "servers[1].intervals[0].joined is 0",
                        b -> b.getServersBuilder(1).getIntervalsBuilder(0).setJoined(0)),
                Map.entry("servers[1].intervals are 9", b -> {
                    var interval = b.getServers(1).getIntervals(0);
                    b.getServersBuilder(1).addAllIntervals(java.util.Collections.nCopies(8, interval));
                }),
                Map.entry(
                        "servers[2].addresses[0] has 5 bytes",
                        b -> b.getServersBuilder(2).setAddresses(0, octets(1, 2, 3, 4, 5))));
        return cases.entrySet().stream()
                .map(c -> DynamicTest.dynamicTest(c.getKey(), () -> {
                    SnapshotChange.Builder change = Snapshots.whole(snapshot(1, web())).toBuilder();
                    c.getValue().accept(change.getBalancersBuilder(0));
                    assertThatThrownBy(() -> ChangeReader.read(Snapshot.EMPTY, change.build()))
                            .isInstanceOfSatisfying(ChangeRefusedException.class, e -> {
                                assertThat(e.code()).isEqualTo(Nack.Code.INVALID);
                                assertThat(e.balancer()).contains(WEB);
                                assertThat(e).hasMessageContaining("shop/web").hasMessageContaining(c.getKey());
                            });
                }));
    }

    @Test
    void keysAreReadButNeverShown() {
        SnapshotChange.Builder change = Snapshots.whole(snapshot(1)).toBuilder();
        change.getKeysBuilder().getKeysBuilder(0).setSecret(ByteString.copyFromUtf8("secret-of-15-by"));
        assertThatThrownBy(() -> ChangeReader.read(Snapshot.EMPTY, change.build()))
                .hasMessageContaining("secret has 15 bytes")
                .hasMessageNotContaining("secret-of");
    }

    /** Whatever the bytes are, they are no message, refused, or a snapshot; and no other exception. */
    @Test
    void damagedBytesAreRefusedOrReadButNeverThrowAnythingElse() {
        byte[] good = Snapshots.whole(snapshot(5, web())).toByteArray();
        SnapshotJudge judge = new SnapshotJudge("s1", Map::of, name -> Optional.empty());
        long seed = 20260401;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int refused = 0;
        int unreadable = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length) : good.length);
            for (int flips = 1 + random.nextInt(4); flips > 0 && bytes.length > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                SnapshotChange change = SnapshotChange.parseFrom(bytes);
                judge.check(ChangeReader.read(Snapshot.EMPTY, change), change.getDigest());
            } catch (InvalidProtocolBufferException e) {
                unreadable++;
            } catch (ChangeRefusedException e) {
                refused++;
                assertThat(e.toNack().getReasonBytes().size()).isBetween(1, 1024);
            } catch (java.io.IOException e) {
                throw new AssertionError(e);
            }
        }
        assertThat(refused).isGreaterThan(500);
        assertThat(unreadable).isGreaterThan(100);
    }

    @Test
    void longReasonsAreCutBetweenCharacters() {
        String limited = ChangeRefusedException.limited("ß\n" + "🙂".repeat(1000));
        assertThat(limited.getBytes(java.nio.charset.StandardCharsets.UTF_8).length)
                .isBetween(1000, 1024);
        assertThat(limited).startsWith("ß?🙂").endsWith("🙂...");
    }

    private static IpAddress octets(int... octets) {
        byte[] bytes = new byte[octets.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        return IpAddress.newBuilder().setOctets(ByteString.copyFrom(bytes)).build();
    }
}

package dev.hashlb.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SegmentJoinerTest {
    private static final long SEED = 20260106;

    /** As in a train from the tunnel: each segment behind a header of another kind. */
    private static final int GAP_BYTES = 37;

    @Test
    void joinsTheSegmentsOfASuperPacketToTheSuperPacket() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 2_000; round++) {
            int gsoSize = random.nextInt(1, 3000);
            byte[] packet = NaiveSegments.randomSuperPacket(random, gsoSize);
            List<byte[]> segments = NaiveSegments.cut(packet, gsoSize);

            List<byte[]> joined = join(segments);

            assertThat(joined).as("seed %d, round %d", SEED, round).hasSize(1);
            assertThat(joined.getFirst()).as("seed %d, round %d", SEED, round).isEqualTo(packet);
        }
    }

    @Test
    void aTrainOfTwoSuperPacketsGivesTwo() {
        for (boolean ipv4 : new boolean[] {true, false}) {
            byte[] first = NaiveSegments.withPartialChecksum(
                    PacketBytes.tcp(ipv4, 40000, 80, 1, 1, 0x18, new byte[0], new byte[3500]));
            byte[] second = NaiveSegments.withPartialChecksum(
                    PacketBytes.tcp(ipv4, 40001, 80, 1, 1, 0x10, new byte[0], new byte[3000]));
            List<byte[]> train = new ArrayList<>(NaiveSegments.cut(first, 1000));
            train.addAll(NaiveSegments.cut(second, 1000));

            assertThat(join(train)).containsExactly(first, second);
        }
    }

    @Test
    void neverPassesTheLengthThatAnIpHeaderCanTell() {
        byte[] segment = NaiveSegments.withPartialChecksum(PacketBytes.udp(true, 40000, 53, new byte[1472]));
        List<byte[]> train = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            train.add(segment);
        }

        List<byte[]> joined = join(train);

        assertThat(joined).extracting(p -> p.length).containsExactly(28 + 44 * 1472, 28 + 44 * 1472, 28 + 12 * 1472);
    }

    @Test
    void joinsNoMoreUdpDatagramsThanAKernelTakes() {
        byte[] segment = NaiveSegments.withPartialChecksum(PacketBytes.udp(false, 40000, 53, new byte[64]));

        assertThat(join(Collections.nCopies(130, segment)))
                .extracting(p -> p.length)
                .containsExactly(48 + 64 * 64, 48 + 64 * 64, 48 + 2 * 64);
    }

    static Stream<Arguments> differences() {
        return Stream.of(
                difference("another TOS", true, p -> p[1] ^= 4),
                difference("another TTL", true, p -> p[8]--),
                difference("DF clear", true, p -> p[6] = 0),
                difference("another source address", true, p -> p[15] ^= 1),
                difference("another destination address", true, p -> p[19] ^= 1),
                difference("another source port", true, p -> p[21] ^= 1),
                difference("another destination port", true, p -> p[23] ^= 1),
                difference("a gap in the sequence", true, p -> p[27]++),
                difference("another acknowledgment", true, p -> p[31]++),
                difference("another data offset", true, p -> p[32] = 0x60),
                difference("another window", true, p -> p[35]++),
                difference("another option", true, p -> p[43]++),
                difference("SYN", true, p -> p[33] |= 2),
                difference("RST", true, p -> p[33] |= 4),
                difference("URG", true, p -> p[33] |= 0x20),
                difference("ECE", true, p -> p[33] |= 0x40),
                difference("CWR", true, p -> p[33] |= (byte) 0x80),
                difference("another traffic class", false, p -> p[1] ^= 0x10),
                difference("another flow label", false, p -> p[3] ^= 1),
                difference("another hop limit", false, p -> p[7]--),
                difference("an extension header", false, p -> p[6] = 60),
                difference("another source address (v6)", false, p -> p[23] ^= 1),
                difference("another destination address (v6)", false, p -> p[24] ^= 1),
                difference("another port (v6)", false, p -> p[43] ^= 1),
                difference("a gap in the sequence (v6)", false, p -> p[44]++),
                difference("another option (v6)", false, p -> p[63]++));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("differences")
    void aSegmentThatDiffersIsNotJoined(String name, boolean ipv4, Consumer<byte[]> change) {
        List<byte[]> segments = tcpSegments(ipv4, 2);
        change.accept(segments.get(1));
        byte[] changed = name.equals("an extension header") || name.equals("another data offset")
                ? segments.get(1)
                : NaiveSegments.withPartialChecksum(segments.get(1));
        if (ipv4) {
            PacketBytes.sealHeader(changed);
        }

        assertThat(appended(segments.get(0), changed, true)).as(name).isFalse();
    }

    @Test
    void aSegmentBehindAShorterOneIsNotJoined() {
        List<byte[]> segments = tcpSegments(true, 3);
        byte[] shorter = NaiveSegments.cut(segments.get(1), 500).getFirst();
        List<byte[]> train = List.of(
                segments.get(0),
                shorter,
                NaiveSegments.cut(segments.get(1), 500).get(1));

        assertThat(join(train)).hasSize(2);
    }

    @Test
    void aLongerSegmentIsNotJoined() {
        byte[] packet = NaiveSegments.withPartialChecksum(
                PacketBytes.tcp(true, 40000, 80, 1, 1, 0x10, new byte[0], new byte[1500]));
        byte[] first = NaiveSegments.cut(packet, 500).getFirst();
        byte[] longer = PacketBytes.tcp(true, 40000, 80, 501, 1, 0x10, new byte[0], new byte[501]);

        assertThat(appended(first, NaiveSegments.withPartialChecksum(longer), true))
                .isFalse();
    }

    @Test
    void nothingIsJoinedBehindFinOrPush() {
        for (int flag : new int[] {1, 8}) {
            List<byte[]> segments = tcpSegments(true, 2);
            segments.get(0)[33] |= (byte) flag;

            assertThat(appended(segments.get(0), segments.get(1), true)).isFalse();
        }
    }

    @Test
    void pureAcknowledgmentsAreNotJoined() {
        byte[] ack = NaiveSegments.withPartialChecksum(
                PacketBytes.tcp(true, 40000, 80, 1, 1, 0x10, new byte[0], new byte[0]));

        assertThat(appended(ack, ack, true)).isFalse();
    }

    @Test
    void segmentsWithAFullChecksumAreNotJoined() {
        List<byte[]> segments = tcpSegments(true, 2);
        byte[] sealed = PacketBytes.sealTransport(segments.get(1).clone(), 16);

        assertThat(appended(segments.get(0), segments.get(1), true)).isTrue();
        assertThat(appended(segments.get(0), segments.get(1), false)).isFalse();
        assertThat(appended(segments.get(0), sealed, true)).isFalse();
        assertThat(appended(PacketBytes.sealTransport(segments.get(0).clone(), 16), segments.get(1), true))
                .isFalse();
    }

    @Test
    void aWrongHeaderChecksumIsNotJoined() {
        List<byte[]> segments = tcpSegments(true, 2);
        segments.get(1)[10] ^= 1;

        assertThat(appended(segments.get(0), segments.get(1), true)).isFalse();
    }

    @Test
    void withDfClearTheIdentificationMustFollow() {
        List<byte[]> segments = tcpSegments(true, 2);
        for (byte[] segment : segments) {
            segment[6] = 0;
            PacketBytes.sealHeader(segment);
        }
        assertThat(appended(segments.get(0), segments.get(1), true)).isTrue();

        PacketBytes.put16(segments.get(1), 4, 0x1236);
        assertThat(appended(segments.get(0), PacketBytes.sealHeader(segments.get(1)), true))
                .isFalse();
    }

    @Test
    void aSegmentCutAnywhereIsNotJoinedNorReadPast() {
        for (boolean ipv4 : new boolean[] {true, false}) {
            List<byte[]> segments = tcpSegments(ipv4, 2);
            byte[] second = segments.get(1);
            try (Arena arena = Arena.ofConfined()) {
                Packet first = PacketBytes.parsed(arena, segments.get(0));
                for (int length = 0; length < second.length; length++) {
                    SegmentJoiner joiner = new SegmentJoiner();
                    joiner.start(first, true);
                    MemorySegment exact = arena.allocate(length);
                    MemorySegment.copy(MemorySegment.ofArray(second), 0, exact, 0, length);

                    assertThat(joiner.append(exact, 0, length, true)).isFalse();
                }
            }
        }
    }

    private static Arguments difference(String name, boolean ipv4, Consumer<byte[]> change) {
        return Arguments.of(name, ipv4, change);
    }

    /** Equal segments of one flow with a timestamp option. */
    private static List<byte[]> tcpSegments(boolean ipv4, int count) {
        byte[] options = {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
        byte[] packet = PacketBytes.tcp(ipv4, 40000, 80, 1, 1, 0x10, options, new byte[count * 1000]);
        return NaiveSegments.cut(NaiveSegments.withPartialChecksum(packet), 1000);
    }

    private static boolean appended(byte[] first, byte[] second, boolean checksumPartial) {
        try (Arena arena = Arena.ofConfined()) {
            SegmentJoiner joiner = new SegmentJoiner();
            joiner.start(PacketBytes.parsed(arena, first), true);
            MemorySegment memory = arena.allocate(second.length).copyFrom(MemorySegment.ofArray(second));
            return joiner.append(memory, 0, second.length, checksumPartial);
        }
    }

    /** Joins a train as the engine does: packets of runs, gathered from where the payloads lie. */
    private static List<byte[]> join(List<byte[]> train) {
        try (Arena arena = Arena.ofConfined()) {
            long size = GAP_BYTES;
            for (byte[] segment : train) {
                size += segment.length + GAP_BYTES;
            }
            MemorySegment memory = arena.allocate(size);
            long at = GAP_BYTES;
            SegmentJoiner joiner = new SegmentJoiner();
            List<byte[]> joined = new ArrayList<>();
            List<byte[]> run = new ArrayList<>();
            for (byte[] segment : train) {
                MemorySegment.copy(MemorySegment.ofArray(segment), 0, memory, at, segment.length);
                if (run.isEmpty() || !joiner.append(memory, at, segment.length, true)) {
                    finish(joiner, run, joined);
                    Packet packet = new Packet();
                    assertThat(PacketParser.parse(memory, at, segment.length, packet))
                            .isNull();
                    joiner.start(packet, true);
                }
                run.add(segment);
                at += segment.length + GAP_BYTES;
            }
            finish(joiner, run, joined);
            return joined;
        }
    }

    private static void finish(SegmentJoiner joiner, List<byte[]> run, List<byte[]> joined) {
        if (run.isEmpty()) {
            return;
        }
        assertThat(joiner.segmentCount()).isEqualTo(run.size());
        if (!joiner.isSuperPacket()) {
            joined.add(run.getFirst());
        } else {
            int header = joiner.headerLengthBytes();
            byte[] packet = new byte[header + joiner.payloadLengthBytes()];
            joiner.writeHeader(MemorySegment.ofArray(packet), 0);
            int at = header;
            for (byte[] segment : run) {
                System.arraycopy(segment, header, packet, at, segment.length - header);
                at += segment.length - header;
            }
            assertThat(at).isEqualTo(packet.length);
            joined.add(packet);
        }
        run.clear();
    }
}

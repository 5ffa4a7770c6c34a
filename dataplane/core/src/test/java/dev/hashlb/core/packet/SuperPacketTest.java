package dev.hashlb.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuperPacketTest {
    private static final long SEED = 20260105;

    @Test
    void cutsLikeANaiveSegmenter() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 2_000; round++) {
            int gsoSize = random.nextInt(1, 3000);
            byte[] packet = NaiveSegments.randomSuperPacket(random, gsoSize);

            assertThat(cut(packet, gsoSize))
                    .as("seed %d, round %d, gso %d", SEED, round, gsoSize)
                    .usingElementComparator(Arrays::compare)
                    .containsExactlyElementsOf(NaiveSegments.cut(packet, gsoSize));
        }
    }

    @Test
    void cutsBehindIpv4OptionsAndIpv6ExtensionHeaders() {
        for (boolean ipv4 : new boolean[] {true, false}) {
            byte[] plain = PacketBytes.tcp(ipv4, 40000, 80, 7, 9, 0x18, new byte[0], new byte[5000]);
            byte[] packet = NaiveSegments.withPartialChecksum(
                    ipv4 ? NaiveSegments.withIpv4Options(plain) : NaiveSegments.withDestinationOptions(plain));

            assertThat(cut(packet, 1400))
                    .usingElementComparator(Arrays::compare)
                    .containsExactlyElementsOf(NaiveSegments.cut(packet, 1400));
        }
    }

    @ParameterizedTest
    @CsvSource({
        // payload, gso size, segments, last payload
        "1, 1400, 1, 1",
        "1400, 1400, 1, 1400",
        "1401, 1400, 2, 1",
        "2800, 1400, 2, 1400",
        "65495, 536, 123, 103",
    })
    void countsSegments(int payload, int gsoSize, int segments, int last) {
        try (Arena arena = Arena.ofConfined()) {
            SuperPacket superPacket = new SuperPacket();

            assertThat(superPacket.set(
                            PacketBytes.parsed(
                                    arena, PacketBytes.tcp(true, 40000, 80, 1, 1, 16, new byte[0], new byte[payload])),
                            gsoSize))
                    .isTrue();
            assertThat(superPacket.segmentCount()).isEqualTo(segments);
            assertThat(superPacket.payloadLengthBytes(segments - 1)).isEqualTo(last);
            assertThat(superPacket.headerLengthBytes()).isEqualTo(40);
            assertThat(superPacket.transportOffsetBytes()).isEqualTo(20);
        }
    }

    @Test
    void finAndPushAreTheLastSegmentsAndCwrTheFirsts() {
        byte[] packet = PacketBytes.tcp(true, 40000, 80, 0xffff_ff00L, 1, 0xd9, new byte[0], new byte[3000]);

        List<byte[]> segments = cut(NaiveSegments.withPartialChecksum(packet), 1000);

        assertThat(segments).extracting(s -> s[33] & 0xff).containsExactly(0xd0, 0x50, 0x59);
        assertThat(segments)
                .extracting(s -> new NaivePacket(s).number(24))
                .containsExactly(0xffff_ff00L, 0x2e8L, 0x6d0L);
        assertThat(segments).extracting(s -> new NaivePacket(s).word(4)).containsExactly(0x1234, 0x1235, 0x1236);
    }

    @Test
    void refusesWhatCannotBeCut() {
        try (Arena arena = Arena.ofConfined()) {
            byte[] udp = PacketBytes.udp(true, 40000, 53, new byte[3000]);
            PacketBytes.put16(udp, 24, 3000);
            SuperPacket superPacket = new SuperPacket();

            assertThat(superPacket.set(PacketBytes.parsed(arena, udp), 1000))
                    .as("UDP length that is not the packet's")
                    .isFalse();
            assertThat(superPacket.set(PacketFixture.named("IPv4 TCP SYN").parsed(arena), 1000))
                    .as("no payload")
                    .isFalse();
            assertThat(superPacket.set(PacketFixture.named("IPv4 TCP data").parsed(arena), 0))
                    .as("no size")
                    .isFalse();
            assertThat(superPacket.set(PacketFixture.named("IPv4 echo request").parsed(arena), 1000))
                    .as("ICMP")
                    .isFalse();
            assertThat(superPacket.set(
                            PacketFixture.named("IPv4 first fragment").parsed(arena), 1000))
                    .as("fragment")
                    .isFalse();
        }
    }

    /** All segments, headers written by the code under test, payload taken from where it says. */
    private static List<byte[]> cut(byte[] packet, int gsoSize) {
        try (Arena arena = Arena.ofConfined()) {
            SuperPacket superPacket = new SuperPacket();
            MemorySegment memory = PacketBytes.parsed(arena, packet).memory();
            assertThat(superPacket.set(PacketBytes.parsed(arena, packet), gsoSize))
                    .isTrue();
            List<byte[]> segments = new ArrayList<>();
            for (int i = 0; i < superPacket.segmentCount(); i++) {
                int header = superPacket.headerLengthBytes();
                MemorySegment out = arena.allocate(header + superPacket.payloadLengthBytes(i));
                superPacket.writeHeader(i, out, 0);
                MemorySegment.copy(
                        memory, superPacket.payloadOffset(i), out, header, superPacket.payloadLengthBytes(i));
                segments.add(NaivePacket.of(out, 0, (int) out.byteSize()).bytes());
            }
            return segments;
        }
    }
}

package dev.hashlb.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PortRewriterTest {
    private static final long SEED = 20260102;

    static List<PacketFixture> packetsWithPorts() {
        return PacketFixture.accepted().stream()
                .filter(f -> f.expected().startsWith("FLOW") && !f.expected().contains("fragment="))
                .toList();
    }

    static List<PacketFixture> errorsWithPorts() {
        return PacketFixture.accepted().stream()
                .filter(f -> f.expected().startsWith("ICMP_ERROR") && !f.name().contains("later fragment"))
                .toList();
    }

    static List<PacketFixture> packetsWithoutPorts() {
        return PacketFixture.accepted().stream()
                .filter(f -> f.expected().startsWith("ECHO")
                        || f.name().matches(".*(later|middle|last) fragment.*|.*fragment behind hop-by-hop"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("packetsWithPorts")
    void rewritesTheDestinationPortAndKeepsTheChecksumRight(PacketFixture fixture) {
        SplittableRandom random = new SplittableRandom(SEED);
        try (Arena arena = Arena.ofConfined()) {
            for (int round = 0; round < 500; round++) {
                Packet packet = fixture.parsed(arena);
                int port = random.nextInt(1, 0x10000);

                PortRewriter.toTargetPort(packet, port, false);

                NaivePacket rewritten = NaivePacket.of(packet.memory(), 0, packet.lengthBytes());
                int transport = packet.transportOffsetBytes();
                assertThat(rewritten.word(transport + 2)).isEqualTo(port);
                if (fixture.name().contains("without a checksum")) {
                    assertThat(rewritten.word(transport + 6)).isZero();
                } else if (!fixture.name().contains("shorter than the IP payload")) {
                    assertThat(rewritten.transportChecksumIsRight(
                                    transport, packet.flow().protocol()))
                            .as("%s, port %d, seed %d", fixture, port, SEED)
                            .isTrue();
                }
                PortRewriter.toTargetPort(packet, packet.flow().destinationPort(), false);
                assertThat(bytes(packet)).as("rewritten back").isEqualTo(original(fixture, packet));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("packetsWithPorts")
    void leavesAPartialChecksumAloneBecauseNoPortIsInIt(PacketFixture fixture) {
        try (Arena arena = Arena.ofConfined()) {
            Packet packet = fixture.parsed(arena);

            PortRewriter.toTargetPort(packet, 8080, true);

            byte[] expected = original(fixture, packet);
            expected[packet.transportOffsetBytes() + 2] = 8080 >> 8;
            expected[packet.transportOffsetBytes() + 3] = (byte) 8080;
            assertThat(bytes(packet)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("errorsWithPorts")
    void rewritesTheQuotedSourcePortAndKeepsTheIcmpChecksumRight(PacketFixture fixture) {
        SplittableRandom random = new SplittableRandom(SEED);
        try (Arena arena = Arena.ofConfined()) {
            for (int round = 0; round < 500; round++) {
                Packet packet = fixture.parsed(arena);
                NaivePacket before = NaivePacket.of(packet.memory(), 0, packet.lengthBytes());
                int port = random.nextInt(1, 0x10000);

                PortRewriter.toTargetPort(packet, port, false);

                NaivePacket rewritten = NaivePacket.of(packet.memory(), 0, packet.lengthBytes());
                int inner = packet.innerTransportOffsetBytes();
                assertThat(rewritten.word(inner)).isEqualTo(port);
                assertThat(rewritten.word(inner + 2)).as("client's port").isEqualTo(before.word(inner + 2));
                assertThat(rewritten.transportChecksumIsRight(
                                packet.transportOffsetBytes(), rewritten.isIpv4() ? 1 : 58))
                        .as("%s, port %d, seed %d", fixture, port, SEED)
                        .isTrue();
                PortRewriter.toTargetPort(packet, before.word(inner), false);
                assertThat(bytes(packet)).as("rewritten back").isEqualTo(before.bytes());
            }
        }
    }

    @Test
    void correctsAQuotedUdpChecksumAsWell() {
        PacketFixture fixture = PacketFixture.named("IPv4 error about a first fragment");
        try (Arena arena = Arena.ofConfined()) {
            Packet packet = fixture.parsed(arena);
            int inner = packet.innerTransportOffsetBytes();
            NaivePacket before = new NaivePacket(fixture.bytes());

            PortRewriter.toTargetPort(packet, 5353, false);

            // port and checksum are in one sum: what one gains the other loses
            NaivePacket after = NaivePacket.of(packet.memory(), 0, packet.lengthBytes());
            assertThat((after.word(inner) + after.word(inner + 6)) % 0xffff)
                    .isEqualTo((before.word(inner) + before.word(inner + 6)) % 0xffff);
            assertThat(after.word(inner + 6)).isNotEqualTo(before.word(inner + 6));
        }
    }

    @ParameterizedTest
    @MethodSource("packetsWithoutPorts")
    void leavesPacketsWithoutPortsAsTheyAre(PacketFixture fixture) {
        try (Arena arena = Arena.ofConfined()) {
            Packet packet = fixture.parsed(arena);

            PortRewriter.toTargetPort(packet, 8080, false);

            assertThat(bytes(packet)).isEqualTo(fixture.bytes());
        }
    }

    @Test
    void rewritesAFirstFragmentOfUdp() {
        try (Arena arena = Arena.ofConfined()) {
            Packet packet = PacketFixture.named("IPv6 first fragment").parsed(arena);

            PortRewriter.toTargetPort(packet, 5353, false);

            assertThat(NaivePacket.of(packet.memory(), 0, packet.lengthBytes()).word(packet.transportOffsetBytes() + 2))
                    .isEqualTo(5353);
        }
    }

    private static byte[] bytes(Packet packet) {
        return NaivePacket.of(packet.memory(), 0, packet.lengthBytes()).bytes();
    }

    private static byte[] original(PacketFixture fixture, Packet packet) {
        return Arrays.copyOf(fixture.bytes(), packet.lengthBytes());
    }
}

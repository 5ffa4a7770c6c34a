package dev.hashlb.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TcpResetTest {
    private static final int FIN = 1;
    private static final int SYN = 2;
    private static final int RST = 4;
    private static final int ACK = 16;

    /** What RFC 9293, 3.10.7.1 has a closed port send: SEQ, ACK and flags, for SEG.SEQ = 1000, SEG.ACK = 77. */
    @ParameterizedTest
    @CsvSource({
        // flags, payload, SEQ, ACK, flags of the reset
        "2, 0, 0, 1001, 20",
        "2, 10, 0, 1011, 20",
        "1, 0, 0, 1001, 20",
        "0, 5, 0, 1005, 20",
        "3, 5, 0, 1007, 20",
        "18, 0, 77, 0, 4",
        "16, 0, 77, 0, 4",
        "25, 100, 77, 0, 4",
    })
    void answersWithTheNumbersOfRfc9293(int flags, int payload, long sequence, long acknowledgment, int expectedFlags) {
        for (boolean ipv4 : new boolean[] {true, false}) {
            NaivePacket reset = new NaivePacket(
                    reset(PacketBytes.tcp(ipv4, 40000, 80, 1000, 77, flags, new byte[0], new byte[payload])));
            int tcp = ipv4 ? 20 : 40;

            assertThat(reset.number(tcp + 4)).as("SEQ").isEqualTo(sequence);
            assertThat(reset.number(tcp + 8)).as("ACK").isEqualTo(acknowledgment);
            assertThat(reset.word(tcp + 12)).as("offset and flags").isEqualTo(0x5000 | expectedFlags);
        }
    }

    @Test
    void theAcknowledgmentWrapsAt32Bits() {
        NaivePacket reset = new NaivePacket(
                reset(PacketBytes.tcp(true, 40000, 80, 0xffff_ffffL, 0, SYN, new byte[0], new byte[0])));

        assertThat(reset.number(28)).isZero();
    }

    @Test
    void goesFromTheServiceToTheClientWithRightChecksums() {
        for (boolean ipv4 : new boolean[] {true, false}) {
            byte[] request = PacketBytes.tcp(ipv4, 40000, 80, 1, 0, SYN, new byte[] {1, 1, 1, 0}, new byte[7]);

            NaivePacket reset = new NaivePacket(reset(request));

            int tcp = ipv4 ? 20 : 40;
            assertThat(reset.source()).isEqualTo(new NaivePacket(request).destination());
            assertThat(reset.destination()).isEqualTo(new NaivePacket(request).source());
            assertThat(reset.word(tcp)).isEqualTo(80);
            assertThat(reset.word(tcp + 2)).isEqualTo(40000);
            assertThat(reset.lengthByHeader()).isEqualTo(tcp + 20);
            assertThat(reset.transportChecksumIsRight(tcp, 6)).isTrue();
            assertThat(!ipv4 || reset.headerChecksumIsRight()).isTrue();
        }
    }

    @Test
    void neverAnswersAReset() {
        for (int flags : new int[] {RST, RST | ACK, RST | SYN, RST | FIN}) {
            assertThat(reset(PacketBytes.tcp(true, 40000, 80, 1, 1, flags, new byte[0], new byte[0])))
                    .isEmpty();
        }
    }

    static List<PacketFixture> otherPackets() {
        return PacketFixture.accepted().stream()
                .filter(f ->
                        !f.expected().startsWith("FLOW TCP") || f.expected().contains("fragment"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("otherPackets")
    void answersNothingButWholeTcpSegments(PacketFixture fixture) {
        assertThat(reset(fixture.bytes())).isEmpty();
    }

    @Test
    void answersNothingToAMulticastAddress() {
        byte[] request = PacketBytes.tcp(true, 40000, 80, 1, 0, SYN, new byte[0], new byte[0]);
        request[16] = (byte) 224;
        assertThat(reset(PacketBytes.sealHeader(request))).isEmpty();
    }

    @Test
    void answersNothingWhereThereIsNoRoom() {
        try (Arena arena = Arena.ofConfined()) {
            Packet packet = PacketFixture.named("IPv6 TCP SYN").parsed(arena);
            MemorySegment out = arena.allocate(TcpReset.MAX_LENGTH_BYTES + 3);

            assertThat(TcpReset.write(packet, out, 4)).isZero();
            assertThat(TcpReset.write(packet, out, 3)).isEqualTo(60);
        }
    }

    private static byte[] reset(byte[] request) {
        return PacketBytes.answer(request, 100, TcpReset::write);
    }
}

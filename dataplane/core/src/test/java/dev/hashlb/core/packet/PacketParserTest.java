package dev.hashlb.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Family;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PacketParserTest {
    static List<PacketFixture> fixtures() {
        return PacketFixture.all();
    }

    static List<PacketFixture> accepted() {
        return PacketFixture.accepted();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void saysWhatThePacketIs(PacketFixture fixture) {
        try (Arena arena = Arena.ofConfined()) {
            assertThat(describe(fixture.copy(arena), 0, fixture.bytes().length)).isEqualTo(fixture.expected());
        }
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void saysTheSameAtAnOddOffsetBetweenOtherBytes(PacketFixture fixture) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(fixture.bytes().length + 12).fill((byte) 0x45);
            MemorySegment.copy(fixture.copy(arena), 0, memory, 7, fixture.bytes().length);
            assertThat(describe(memory, 7, fixture.bytes().length)).isEqualTo(fixture.expected());
        }
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void refusesAPacketCutAnywhereBeforeItsEnd(PacketFixture fixture) {
        for (int length = 0; length < new NaivePacket(fixture.bytes()).lengthByHeader(); length++) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(length);
                MemorySegment.copy(fixture.copy(arena), 0, memory, 0, length);
                assertThat(PacketParser.parse(memory, 0, length, new Packet())).isEqualTo(DropReason.TRUNCATED);
            }
        }
    }

    @Test
    void aReusedPacketKeepsNothingOfTheOneBefore() {
        List<PacketFixture> all = PacketFixture.accepted();
        try (Arena arena = Arena.ofConfined()) {
            Packet reused = new Packet();
            for (PacketFixture before : all) {
                for (PacketFixture fixture : all) {
                    PacketParser.parse(before.copy(arena), 0, before.bytes().length, reused);
                    PacketParser.parse(fixture.copy(arena), 0, fixture.bytes().length, reused);
                    assertThat(describe(reused))
                            .as("%s after %s", fixture, before)
                            .isEqualTo(fixture.expected());
                }
            }
        }
    }

    @Test
    void theReplyToAFlowAndAnErrorAboutItGiveTheSameFlow() {
        try (Arena arena = Arena.ofConfined()) {
            Flow request = PacketFixture.named("IPv4 TCP SYN").parsed(arena).flow();
            Flow error = PacketFixture.named("IPv4 fragmentation needed, 8 bytes of TCP quoted")
                    .parsed(arena)
                    .flow();
            assertThat(error).usingRecursiveComparison().isEqualTo(request);
        }
    }

    private static String describe(MemorySegment memory, long offset, int length) {
        Packet packet = new Packet();
        DropReason reason = PacketParser.parse(memory, offset, length, packet);
        return reason == null ? describe(packet) : reason.label();
    }

    private static String describe(Packet packet) {
        Flow flow = packet.flow();
        boolean ipv6 = flow.family() == Family.IPV6;
        StringBuilder text = new StringBuilder("%s %s %s:%d > %s:%d transport=%d"
                .formatted(
                        packet.kind(),
                        switch (flow.protocol()) {
                            case 6 -> "TCP";
                            case 17 -> "UDP";
                            default -> Integer.toString(flow.protocol());
                        },
                        ipv6 ? "[" + flow.source() + "]" : flow.source(),
                        flow.sourcePort(),
                        ipv6 ? "[" + flow.destination() + "]" : flow.destination(),
                        flow.destinationPort(),
                        packet.transportOffsetBytes()));
        if (packet.dontFragment()) {
            text.append(" DF");
        }
        if (flow.fragment()) {
            text.append(" fragment=").append(packet.fragmentOffsetBytes());
        }
        if (packet.kind() == PacketKind.ICMP_ERROR) {
            text.append(" inner=").append(packet.innerOffsetBytes());
            text.append(",").append(packet.innerTransportOffsetBytes());
        }
        if (packet.tcpFlags() != 0) {
            text.append(String.format(Locale.ROOT, " flags=%02x", packet.tcpFlags()));
        }
        return text.toString();
    }
}

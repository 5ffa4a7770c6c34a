package dev.hashlb.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses are those of {@link PacketBytes}. */
class RoutedPacketTest {
    private static final String CLIENT_IPV4 = "192.0.2.7";
    private static final String SERVICE_IPV4 = "198.51.100.10";

    private final RoutedPacket packet = new RoutedPacket();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void wholePacketsOfTcpAndUdpHavePorts(boolean ipv4) {
        read(PacketBytes.tcp(ipv4, 40_000, 80, 1, 0, 2, new byte[4], new byte[9]));
        assertFlow(6, 40_000, 80);
        read(PacketBytes.udp(ipv4, 40_001, 53, new byte[3]));
        assertFlow(17, 40_001, 53);
        read(PacketBytes.udp(ipv4, 0, 53, new byte[3])); // what a balancer's router would refuse
        assertFlow(17, 0, 53);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void otherProtocolsHaveNone(boolean ipv4) {
        for (int protocol : new int[] {47, 50, 132, 253}) {
            read(PacketBytes.ip(ipv4, protocol, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
            assertFlow(protocol, 0, 0);
        }
        read(PacketBytes.echoRequest(ipv4, 7, 1, new byte[8]));
        assertFlow(ipv4 ? 1 : 58, 0, 0);
        assertThat(packet.quotes()).isFalse();
        read(PacketBytes.ip(ipv4, 6, new byte[] {1, 2, 3})); // too short for its ports
        assertFlow(6, 0, 0);
    }

    @Test
    void fragmentsHaveNoneTheFirstIncluded() {
        for (int word : new int[] {0x2000, 0x2003, 0x0003}) {
            byte[] fragment = PacketBytes.udp(true, 40_000, 53, new byte[16]);
            fragment[6] = (byte) (word >>> 8);
            fragment[7] = (byte) word;
            read(fragment);
            assertFlow(17, 0, 0);
            assertThat(packet.outer().fragment()).isTrue();
        }
        byte[] first =
                PacketBytes.ip(false, 44, new byte[] {17, 0, 0, 1, 0, 0, 0, 9, (byte) 0x9c, 0x40, 0, 53, 0, 8, 0, 0});
        read(first);
        assertFlow(17, 0, 0);
        assertThat(packet.outer().fragment()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anIcmpErrorNamesTheFlowThatItQuotes(boolean ipv4) {
        byte[] about = PacketBytes.udp(ipv4, 53, 40_000, new byte[20]);
        read(error(ipv4, about));
        assertThat(packet.quotes()).isTrue();
        assertThat(packet.quoted().protocol()).isEqualTo(17);
        assertThat(packet.quoted().sourcePort()).isEqualTo(53);
        assertThat(packet.quoted().destinationPort()).isEqualTo(40_000);
        assertThat(packet.outer().protocol()).isEqualTo(ipv4 ? 1 : 58);

        read(error(ipv4, Arrays.copyOf(about, ipv4 ? 19 : 39))); // too little is quoted
        assertThat(packet.quotes()).isFalse();
        assertFlow(ipv4 ? 1 : 58, 0, 0);
    }

    @Test
    void addressesAreThePacketsOwn() {
        read(PacketBytes.udp(true, 1, 2, new byte[0]));
        assertThat(packet.outer().source()).hasToString(CLIENT_IPV4);
        assertThat(packet.outer().destination()).hasToString(SERVICE_IPV4);
    }

    /** Anything may come: it is read within its bounds, and refused only if it is no IP packet. */
    @Test
    void nothingIsReadBehindThePacket() {
        long seed = 5253;
        System.out.println("RoutedPacketTest: seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        byte[][] bases = {
            error(true, PacketBytes.tcp(true, 80, 40_000, 1, 2, 0x10, new byte[0], new byte[9])),
            error(false, PacketBytes.tcp(false, 80, 40_000, 1, 2, 0x10, new byte[0], new byte[9])),
            PacketBytes.ip(
                    false, 0, new byte[] {60, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8})
        };
        int refused = 0;
        for (int i = 0; i < 300_000; i++) {
            byte[] bytes = bases[i % bases.length].clone();
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            refused += packet.read(MemorySegment.ofArray(cut), 0, cut.length) == null ? 0 : 1;
        }
        assertThat(refused).isBetween(1, 299_999);
    }

    private static byte[] error(boolean ipv4, byte[] about) {
        byte[] message = new byte[8 + about.length];
        message[0] = (byte) (ipv4 ? 3 : 1);
        System.arraycopy(about, 0, message, 8, about.length);
        return PacketBytes.ip(ipv4, ipv4 ? 1 : 58, message);
    }

    private void assertFlow(int protocol, int sourcePort, int destinationPort) {
        assertThat(packet.outer().protocol()).isEqualTo(protocol);
        assertThat(packet.outer().sourcePort()).isEqualTo(sourcePort);
        assertThat(packet.outer().destinationPort()).isEqualTo(destinationPort);
    }

    private void read(byte[] bytes) {
        int offset = 5;
        MemorySegment memory = Arena.ofAuto().allocate(offset + bytes.length);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, offset, bytes.length);
        assertThat((Object) packet.read(memory, offset, bytes.length)).isNull();
    }
}

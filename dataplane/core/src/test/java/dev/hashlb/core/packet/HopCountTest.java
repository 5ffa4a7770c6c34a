package dev.hashlb.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class HopCountTest {
    private static final int TTL = 8;
    private static final int CHECKSUM = 10;
    private static final int HOP_LIMIT = 7;

    @Test
    void ipv4HasOneHopMoreAndARightChecksum() {
        for (int protocol : new int[] {0, 1, 6, 17, 255}) {
            for (int hops = 0; hops <= 254; hops++) {
                byte[] packet = PacketBytes.ip(true, protocol, new byte[] {1, 2, 3});
                packet[TTL] = (byte) hops;
                seal(packet);
                NaivePacket raised = raise(packet);
                assertThat(raised.bytes()[TTL] & 0xff).isEqualTo(hops + 1);
                assertThat(raised.headerChecksumIsRight()).isTrue();
                packet[TTL]++;
                seal(packet);
                assertThat(raised.bytes()).isEqualTo(packet);
            }
        }
    }

    @Test
    void ipv6HasOneHopMoreAndNothingElseChanges() {
        for (int hops = 0; hops <= 254; hops++) {
            byte[] packet = PacketBytes.udp(false, 40_000, 53, new byte[] {7});
            packet[HOP_LIMIT] = (byte) hops;
            NaivePacket raised = raise(packet);
            packet[HOP_LIMIT]++;
            assertThat(raised.bytes()).isEqualTo(packet);
        }
    }

    @Test
    void whatHasTheMostStaysAsItIs() {
        byte[] ipv4 = PacketBytes.udp(true, 40_000, 53, new byte[0]);
        ipv4[TTL] = (byte) 255;
        seal(ipv4);
        assertThat(raise(ipv4).bytes()).isEqualTo(ipv4);
        byte[] ipv6 = PacketBytes.udp(false, 40_000, 53, new byte[0]);
        ipv6[HOP_LIMIT] = (byte) 255;
        assertThat(raise(ipv6).bytes()).isEqualTo(ipv6);
    }

    private static void seal(byte[] packet) {
        packet[CHECKSUM] = 0;
        packet[CHECKSUM + 1] = 0;
        int sum = 0;
        for (int at = 0; at < 20; at += 2) {
            sum += (packet[at] & 0xff) << 8 | (packet[at + 1] & 0xff);
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        int checksum = ~((sum & 0xffff) + (sum >>> 16));
        packet[CHECKSUM] = (byte) (checksum >>> 8);
        packet[CHECKSUM + 1] = (byte) checksum;
    }

    private static NaivePacket raise(byte[] packet) {
        int offset = 3;
        MemorySegment memory = Arena.ofAuto().allocate(offset + packet.length);
        MemorySegment.copy(packet, 0, memory, ValueLayout.JAVA_BYTE, offset, packet.length);
        HopCount.raise(memory, offset);
        return NaivePacket.of(memory, offset, packet.length);
    }
}

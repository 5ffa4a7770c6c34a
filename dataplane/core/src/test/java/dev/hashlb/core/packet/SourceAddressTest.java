package dev.hashlb.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class SourceAddressTest {
    private static final int OFFSET = 3;

    private final SourceAddress source = new SourceAddress();

    private static MemorySegment packet(int version, int lengthBytes, int sourceAt, String address) throws Exception {
        byte[] bytes = new byte[OFFSET + lengthBytes];
        bytes[OFFSET] = (byte) (version << 4 | 5);
        byte[] raw = java.net.InetAddress.getByName(address).getAddress();
        System.arraycopy(raw, 0, bytes, OFFSET + sourceAt, raw.length);
        return MemorySegment.ofArray(bytes);
    }

    @Test
    void readsTheSourceOfEitherFamily() throws Exception {
        assertThat(source.read(packet(4, 20, 12, "198.51.100.10"), OFFSET, 20)).isTrue();
        assertThat(source.family()).isEqualTo(Family.IPV4);
        assertThat(source.high()).isZero();
        assertThat(source.low()).isEqualTo(IpAddress.parse("198.51.100.10").low());

        IpAddress six = IpAddress.parse("2001:db8:51::10");
        assertThat(source.read(packet(6, 40, 8, "2001:db8:51::10"), OFFSET, 40)).isTrue();
        assertThat(source.family()).isEqualTo(Family.IPV6);
        assertThat(source.high()).isEqualTo(six.high());
        assertThat(source.low()).isEqualTo(six.low());
    }

    @Test
    void refusesWhatIsNoPacketOrTooShort() throws Exception {
        assertThat(source.read(packet(4, 20, 12, "198.51.100.10"), OFFSET, 19)).isFalse();
        assertThat(source.read(packet(6, 40, 8, "2001:db8::1"), OFFSET, 39)).isFalse();
        assertThat(source.read(packet(5, 40, 8, "2001:db8::1"), OFFSET, 40)).isFalse();
    }
}

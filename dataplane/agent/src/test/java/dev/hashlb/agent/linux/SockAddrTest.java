package dev.hashlb.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SockAddrTest {

    @Test
    void ipv4HasPortAndAddressInNetworkOrder() {
        assertThat(hex("192.0.2.254", 6082)).isEqualTo("0200" + "17c2" + "c00002fe" + "00".repeat(8));
    }

    @Test
    void ipv6HasPortAndAddressInNetworkOrder() {
        assertThat(hex("2001:db8::fe", 65535))
                .isEqualTo("0a00" + "ffff" + "00000000" + "20010db80000000000000000000000fe" + "00000000");
    }

    @Test
    void readsBackWhatItWrote() {
        try (Arena arena = Arena.ofConfined()) {
            IpAddress v4 = IpAddress.parse("255.0.0.1");
            IpAddress v6 = IpAddress.parse("fe80::ffff:ffff:ffff:1");

            MemorySegment inet = SockAddr.of(arena, v4, 40000);
            MemorySegment inet6 = SockAddr.of(arena, v6, 53);

            assertThat(SockAddr.port(inet, 0)).isEqualTo(40000);
            assertThat(IpAddress.ipv4((int) SockAddr.addressLow(inet, 0))).isEqualTo(v4);
            assertThat(SockAddr.addressHigh(inet, 0)).isZero();
            assertThat(SockAddr.port(inet6, 0)).isEqualTo(53);
            assertThat(IpAddress.ipv6(SockAddr.addressHigh(inet6, 0), SockAddr.addressLow(inet6, 0)))
                    .isEqualTo(v6);
        }
    }

    private static String hex(String address, int port) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = SockAddr.of(arena, IpAddress.parse(address), port);
            return HexFormat.of().formatHex(memory.toArray(ValueLayout.JAVA_BYTE));
        }
    }
}

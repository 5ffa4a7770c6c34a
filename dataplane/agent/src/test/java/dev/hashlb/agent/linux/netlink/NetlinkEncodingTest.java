package dev.hashlb.agent.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Bytes are written out from rtnetlink(7) and linux/*.h, for a little-endian machine. */
class NetlinkEncodingTest {
    private static final IpAddress VIP4 = IpAddress.parse("198.51.100.10");

    @Test
    void addressMessageHasHeaderFixedPartAndAlignedAttributes() {
        NetlinkMessage message = Addresses.message(
                20, NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL, new Address(1, VIP4, 32, 0, 0));
        assertThat(hex(message.encode(7)))
                .isEqualTo("30000000" + "1400" + "0106" + "07000000" + "00000000" // nlmsghdr
                        + "02" + "20" + "00" + "00" + "01000000" // ifaddrmsg
                        + "0800" + "0200" + "c633640a" // IFA_LOCAL
                        + "0800" + "0100" + "c633640a" // IFA_ADDRESS
                        + "0800" + "0800" + "00000000"); // IFA_FLAGS
    }

    @Test
    void blackholeRouteNamesKindMetricTableAndMaker() {
        Route route = Route.toHost(VIP4)
                .withKind(Route.Kind.BLACKHOLE)
                .withMetric(4096)
                .withProtocol(72);
        assertThat(hex(Routes.message(24, 0, route).encode(1)))
                .isEqualTo("34000000" + "1800" + "0100" + "01000000" + "00000000" // nlmsghdr
                        + "02" + "20" + "00" + "00" + "00" + "48" + "00" + "06" + "00000000" // rtmsg
                        + "0800" + "0100" + "c633640a" // RTA_DST
                        + "0800" + "0f00" + "fe000000" // RTA_TABLE
                        + "0800" + "0600" + "00100000"); // RTA_PRIORITY
    }

    @Test
    void ruleForOwnPacketsToAnAddressNamesTheLoopbackDevice() {
        Rule rule = new Rule(Family.IPV4, 0, null, Cidr.ofHost(VIP4), "lo", 0, 7701, 72);
        assertThat(hex(Rules.message(32, 0, rule).encode(1)))
                .isEqualTo("44000000" + "2000" + "0100" + "01000000" + "00000000" // nlmsghdr
                        + "02" + "20" + "00" + "00" + "00" + "00" + "00" + "01" + "00000000" // fib_rule_hdr
                        + "0800" + "0100" + "c633640a" // FRA_DST
                        + "0700" + "0300" + "6c6f0000" // FRA_IIFNAME "lo", padded
                        + "0800" + "0600" + "00000000" // FRA_PRIORITY
                        + "0800" + "0f00" + "151e0000" // FRA_TABLE
                        + "0500" + "1500" + "48000000"); // FRA_PROTOCOL, padded
    }

    @Test
    void nestedAttributesCountTheirContent() {
        NetlinkMessage message = new NetlinkMessage(19, 0);
        message.nestedRaw(26, () -> message.nestedRaw(2, () -> message.attributeU8(8, 1)));
        assertThat(hex(message.encode(1)).substring(32)).isEqualTo("10001a00" + "0c000200" + "05000800" + "01000000");
    }

    @Test
    void messageGrowsBeyondItsFirstBuffer() {
        NetlinkMessage message = new NetlinkMessage(1, 0);
        for (int i = 0; i < 200; i++) {
            message.attributeAddress(1, VIP4);
        }
        byte[] encoded = message.encode(1);
        assertThat(encoded).hasSize(16 + 200 * 8);
        assertThat(ByteBuffer.wrap(encoded).order(ByteOrder.nativeOrder()).getInt(0))
                .isEqualTo(encoded.length);
    }

    @Test
    void whatIsWrittenIsReadBack() {
        Route route = Route.defaultRoute(Family.IPV6)
                .withLink(3)
                .withGateway(IpAddress.parse("fe80::1"), true)
                .withSource(IpAddress.parse("2001:db8::5"))
                .withMetric(77)
                .withTable(7701)
                .withProtocol(72)
                .withAdvmss(1220);
        assertThat(Routes.read(payload(Routes.message(24, 0, route)))).isEqualTo(route);
        Rule rule = new Rule(Family.IPV6, 2, IpAddress.parse("2001:db8::5"), null, null, 0x484c42, 7702, 72);
        assertThat(Rules.read(payload(Rules.message(32, 0, rule)))).isEqualTo(rule);
        Address address = new Address(4, IpAddress.parse("2001:db8::6"), 128, Address.SCOPE_LINK, Address.NO_DAD);
        assertThat(Addresses.read(payload(Addresses.message(20, 0, address)))).isEqualTo(address);
    }

    @Test
    void attributeThatPassesTheEndIsRefused() {
        byte[] tooLong = HexFormat.of().parseHex("0900010000000000");
        assertThatThrownBy(() -> Attributes.parse(ByteBuffer.wrap(tooLong).order(ByteOrder.LITTLE_ENDIAN)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has length 9, but 8 bytes are left");
        byte[] tooShort = HexFormat.of().parseHex("0300010000000000");
        assertThatThrownBy(() -> Attributes.parse(ByteBuffer.wrap(tooShort).order(ByteOrder.LITTLE_ENDIAN)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static ByteBuffer payload(NetlinkMessage message) {
        byte[] encoded = message.encode(1);
        return ByteBuffer.wrap(encoded, 16, encoded.length - 16).slice().order(ByteOrder.nativeOrder());
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}

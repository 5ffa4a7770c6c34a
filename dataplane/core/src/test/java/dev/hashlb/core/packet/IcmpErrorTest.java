package dev.hashlb.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IcmpErrorTest {
    private static final long SEED = 20260104;
    private static final IpAddress NODE_4 = IpAddress.parse("10.9.0.1");
    private static final IpAddress NODE_6 = IpAddress.parse("fd00:9::1");

    @Test
    void portUnreachableComesFromTheVipAndQuotesTheWholePacketIfSmall() {
        for (boolean ipv4 : new boolean[] {true, false}) {
            byte[] request = PacketBytes.udp(ipv4, 40000, 53, new byte[33]);

            byte[] error = portUnreachable(request);

            NaivePacket naive = new NaivePacket(error);
            int icmp = ipv4 ? 20 : 40;
            assertThat(naive.word(icmp)).isEqualTo(ipv4 ? 0x0303 : 0x0104);
            assertThat(naive.number(icmp + 4)).isZero();
            assertThat(naive.source()).isEqualTo(new NaivePacket(request).destination());
            assertThat(naive.destination()).isEqualTo(new NaivePacket(request).source());
            assertThat(Arrays.copyOfRange(error, icmp + 8, error.length)).isEqualTo(request);
            assertChecksumsAreRight(naive);
        }
    }

    @Test
    void tooBigComesFromTheGivenAddressAndTellsTheMtu() {
        for (boolean ipv4 : new boolean[] {true, false}) {
            byte[] request = PacketBytes.tcp(ipv4, 40000, 80, 1, 1, 16, new byte[0], new byte[1460]);

            NaivePacket naive = new NaivePacket(tooBig(request, 1428));

            int icmp = ipv4 ? 20 : 40;
            assertThat(naive.word(icmp)).isEqualTo(ipv4 ? 0x0304 : 0x0200);
            assertThat(naive.number(icmp + 4)).isEqualTo(1428);
            assertThat(naive.source()).isEqualTo((ipv4 ? NODE_4 : NODE_6).toBytes());
            assertThat(naive.destination()).isEqualTo(new NaivePacket(request).source());
            assertChecksumsAreRight(naive);
        }
    }

    @Test
    void quotesNoMoreThan576BytesInAllForIpv4And1280ForIpv6() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int length : new int[] {500, 520, 548, 549, 1200, 1232, 1233, 9000, 60000}) {
            byte[] payload = new byte[length];
            random.nextBytes(payload);
            for (boolean ipv4 : new boolean[] {true, false}) {
                byte[] request = PacketBytes.udp(ipv4, 40000, 53, payload);

                byte[] error = portUnreachable(request);

                int headers = ipv4 ? 28 : 48;
                int total = Math.min(headers + request.length, ipv4 ? 576 : 1280);
                assertThat(error).hasSize(total);
                assertThat(Arrays.copyOfRange(error, headers, total))
                        .isEqualTo(Arrays.copyOf(request, total - headers));
                assertChecksumsAreRight(new NaivePacket(error));
            }
        }
    }

    static List<PacketFixture> errorsAndLaterFragments() {
        return PacketFixture.accepted().stream()
                .filter(f ->
                        f.expected().startsWith("ICMP_ERROR") || f.expected().matches(".* fragment=[1-9].*"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("errorsAndLaterFragments")
    void saysNothingAboutErrorsAndLaterFragments(PacketFixture fixture) {
        assertThat(portUnreachable(fixture.bytes())).isEmpty();
        assertThat(tooBig(fixture.bytes(), 1280)).isEmpty();
    }

    @Test
    void anErrorOfOursIsUnderstoodByTheParserAsOneAboutTheFlow() {
        // as the client's kernel would see it, but for the direction: the quoted source is the packet's own source
        byte[] request = PacketBytes.udp(true, 40000, 53, new byte[8]);

        byte[] error = portUnreachable(request);

        assertThat(PacketBytes.answer(error, 100, (packet, out, at) -> {
                    assertThat(packet.kind()).isEqualTo(PacketKind.ICMP_ERROR);
                    assertThat(packet.flow().destinationPort()).isEqualTo(40000);
                    assertThat(packet.flow().sourcePort()).isEqualTo(53);
                    return 0;
                }))
                .isEmpty();
    }

    @Test
    void saysNothingAboutBroadcastsNorWhereThereIsNoRoom() {
        byte[] request = PacketBytes.udp(true, 40000, 53, new byte[8]);
        assertThat(PacketBytes.answer(request, request.length + 27, IcmpError::writePortUnreachable))
                .isEmpty();
        Arrays.fill(request, 16, 20, (byte) 0xff);
        assertThat(portUnreachable(PacketBytes.sealHeader(request))).isEmpty();
    }

    private static byte[] portUnreachable(byte[] request) {
        return PacketBytes.answer(request, IcmpError.MAX_LENGTH_BYTES, IcmpError::writePortUnreachable);
    }

    private static byte[] tooBig(byte[] request, int mtu) {
        IpAddress node = new NaivePacket(request).isIpv4() ? NODE_4 : NODE_6;
        return PacketBytes.answer(
                request,
                IcmpError.MAX_LENGTH_BYTES,
                (packet, out, at) -> IcmpError.writeTooBig(packet, mtu, node.high(), node.low(), out, at));
    }

    private static void assertChecksumsAreRight(NaivePacket naive) {
        boolean ipv4 = naive.isIpv4();
        assertThat(naive.lengthByHeader()).isEqualTo(naive.bytes().length);
        assertThat(!ipv4 || naive.headerChecksumIsRight()).isTrue();
        assertThat(naive.transportChecksumIsRight(ipv4 ? 20 : 40, ipv4 ? 1 : 58))
                .isTrue();
    }
}

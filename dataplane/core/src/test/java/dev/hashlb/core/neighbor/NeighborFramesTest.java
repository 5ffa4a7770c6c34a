package dev.hashlb.core.neighbor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.neighbor.NeighborMessage.Claim;
import dev.hashlb.core.neighbor.NeighborMessage.Question;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NeighborFramesTest {
    private static final MacAddress OURS = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress THEIRS = MacAddress.parse("02:00:00:00:00:99");
    private static final IpAddress VIP = IpAddress.parse("198.51.100.10");
    private static final IpAddress ASKER = IpAddress.parse("198.51.100.7");
    private static final IpAddress VIP6 = IpAddress.parse("2001:db8:51::1234:5678");
    private static final IpAddress ASKER6 = IpAddress.parse("fe80::99");

    /** Who-has 198.51.100.10 tell 198.51.100.7, as Linux sends it. */
    private static final String ARP_REQUEST =
            "ffffffffffff 020000000099 0806" + "0001 0800 06 04 0001 020000000099 c6336407 000000000000 c633640a";

    @Test
    void readsAnArpRequestAsTheAskersClaimAndItsQuestion() {
        assertThat(read(ARP_REQUEST))
                .containsExactly(new Claim(ASKER, THEIRS, THEIRS), new Question(VIP, THEIRS, Optional.of(ASKER)));
    }

    @Test
    void answersArpToTheAskerAlone() {
        var question = new Question(VIP, THEIRS, Optional.of(ASKER));
        assertThat(NeighborFrames.answer(question, OURS, OURS))
                .isEqualTo(bytes("020000000099 020000000001 0806"
                        + "0001 0800 06 04 0002 020000000001 c633640a 020000000099 c6336407"));
    }

    @Test
    void anAnswerMayNameAnotherMacThanItsSenders() {
        MacAddress many = MacAddress.parse("03:48:4c:42:00:01");
        byte[] frame = NeighborFrames.answer(new Question(VIP, THEIRS, Optional.of(ASKER)), many, OURS);
        assertThat(NeighborMessage.read(ByteBuffer.wrap(frame))).containsExactly(new Claim(VIP, OURS, many));
        frame = NeighborFrames.answer(new Question(VIP6, THEIRS, Optional.of(ASKER6)), many, OURS);
        assertThat(NeighborMessage.read(ByteBuffer.wrap(frame))).containsExactly(new Claim(VIP6, OURS, many));
    }

    @Test
    void announcesByAnArpRequestForItself() {
        byte[] frame = NeighborFrames.announcement(VIP, OURS, OURS);
        assertThat(frame)
                .isEqualTo(bytes("ffffffffffff 020000000001 0806"
                        + "0001 0800 06 04 0001 020000000001 c633640a 000000000000 c633640a"));
        assertThat(NeighborMessage.read(ByteBuffer.wrap(frame))).containsExactly(new Claim(VIP, OURS, OURS));
    }

    @Test
    void asksWhetherAnIpv4AddressIsFreeWithoutClaimingIt() {
        byte[] frame = NeighborFrames.probe(VIP, OURS);
        assertThat(frame)
                .isEqualTo(bytes("ffffffffffff 020000000001 0806"
                        + "0001 0800 06 04 0001 020000000001 00000000 000000000000 c633640a"));
        assertThat(NeighborMessage.read(ByteBuffer.wrap(frame)))
                .containsExactly(new Question(VIP, OURS, Optional.empty()));
    }

    /** A neighbor solicitation as Linux sends it, with the checksum that Linux computed (taken from a capture). */
    @Test
    void readsASolicitationAndAnswersIt() {
        ByteBuffer solicitation = solicitation();
        List<NeighborMessage> read = NeighborMessage.read(solicitation);
        assertThat(read).containsExactly(new Question(VIP6, THEIRS, Optional.of(ASKER6)));

        byte[] answer = NeighborFrames.answer((Question) read.getFirst(), OURS, OURS);

        String expected = "020000000099 020000000001 86dd" + "60000000 0020 3a ff"
                + "20010db8005100000000000012345678" + "fe800000000000000000000000000099"
                + "88 00 CCCC 60000000" + "20010db8005100000000000012345678" + "02 01 020000000001";
        assertThat(HexFormat.of().formatHex(answer, 0, 56))
                .isEqualTo(expected.replace(" ", "").substring(0, 112));
        assertThat(HexFormat.of().formatHex(answer, 58, answer.length))
                .isEqualTo(expected.replace(" ", "").substring(116));
        assertThat(onesComplementSum(answer)).isEqualTo(0xffff);
        assertThat(NeighborMessage.read(ByteBuffer.wrap(answer))).containsExactly(new Claim(VIP6, OURS, OURS));
    }

    private static ByteBuffer solicitation() {
        byte[] frame = bytes("3333ff345678 020000000099 86dd" + "60000000 0020 3a ff"
                + "fe800000000000000000000000000099" + "ff0200000000000000000001ff345678"
                + "87 00 0000 00000000" + "20010db8005100000000000012345678" + "01 01 020000000099");
        int sum = onesComplementSum(frame);
        frame[56] = (byte) (~sum >>> 8);
        frame[57] = (byte) ~sum;
        return ByteBuffer.wrap(frame);
    }

    @Test
    void announcesAnIpv6AddressToAllNodesWithOverride() {
        byte[] frame = NeighborFrames.announcement(VIP6, OURS, OURS);
        assertThat(HexFormat.of().formatHex(frame)).startsWith("333300000001020000000001" + "86dd");
        assertThat(HexFormat.of().formatHex(frame, 38, 54)).isEqualTo("ff020000000000000000000000000001");
        assertThat(HexFormat.of().formatHex(frame, 58, 62)).isEqualTo("20000000");
        assertThat(onesComplementSum(frame)).isEqualTo(0xffff);
    }

    @Test
    void duplicateAddressDetectionComesFromNobodyAndIsAnsweredToEverybody() {
        byte[] probe = NeighborFrames.probe(VIP6, THEIRS);
        assertThat(HexFormat.of().formatHex(probe, 0, 6)).isEqualTo("3333ff345678");
        assertThat(probe).hasSize(14 + 40 + 24);
        assertThat(onesComplementSum(probe)).isEqualTo(0xffff);
        var question = new Question(VIP6, THEIRS, Optional.empty());
        assertThat(NeighborMessage.read(ByteBuffer.wrap(probe))).containsExactly(question);

        assertThat(NeighborFrames.answer(question, OURS, OURS))
                .isEqualTo(NeighborFrames.announcement(VIP6, OURS, OURS));
    }

    @Test
    void solicitationsThatPassedARouterOrAreDamagedAreNotRead() {
        ByteBuffer routed = solicitation();
        routed.put(21, (byte) 254);
        assertThat(NeighborMessage.read(routed)).isEmpty();
        for (int at = 22; at < 86; at++) {
            ByteBuffer damaged = solicitation();
            damaged.put(at, (byte) (damaged.get(at) ^ 1));
            assertThat(NeighborMessage.read(damaged)).as("byte %d", at).isEmpty();
        }
    }

    /** Frames cut at every length, and random bytes behind a plausible beginning: nothing throws. */
    @Test
    void hostileFramesAreReadAsNothingOrAsWhatTheySay() {
        Random random = new Random(20260601);
        for (byte[] good : List.of(
                bytes(ARP_REQUEST),
                solicitation().array(),
                NeighborFrames.announcement(VIP, OURS, OURS),
                NeighborFrames.announcement(VIP6, OURS, OURS))) {
            for (int length = 0; length < good.length; length++) {
                assertThat(NeighborMessage.read(ByteBuffer.wrap(Arrays.copyOf(good, length))))
                        .as("cut to %d", length)
                        .isEmpty();
            }
            for (int i = 0; i < 20_000; i++) {
                byte[] changed = Arrays.copyOf(good, random.nextInt(200));
                for (int n = random.nextInt(4); n > 0 && changed.length > 14; n--) {
                    changed[14 + random.nextInt(changed.length - 14)] = (byte) random.nextInt();
                }
                NeighborMessage.read(ByteBuffer.wrap(changed));
            }
        }
    }

    @Test
    void macAddressesAreReadAndWritten() {
        assertThat(THEIRS).hasToString("02:00:00:00:00:99");
        assertThat(MacAddress.BROADCAST).hasToString("ff:ff:ff:ff:ff:ff");
        assertThat(MacAddress.BROADCAST.isGroup()).isTrue();
        assertThat(MacAddress.parse("03:48:4c:42:00:01").isGroup()).isTrue();
        assertThat(OURS.isGroup()).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> MacAddress.parse("02:00"));
        assertThatIllegalArgumentException().isThrownBy(() -> MacAddress.parse("eth0"));
        assertThat(MacAddress.ofIpv6Multicast(NeighborFrames.solicitedNode(VIP6)))
                .hasToString("33:33:ff:34:56:78");
    }

    private static List<NeighborMessage> read(String hex) {
        return NeighborMessage.read(ByteBuffer.wrap(bytes(hex)));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /** RFC 1071 over pseudo-header and message, plainly: ffff if the checksum in it is right. */
    private static int onesComplementSum(byte[] frame) {
        byte[] icmp = Arrays.copyOfRange(frame, 54, frame.length);
        ByteBuffer all = ByteBuffer.allocate(40 + icmp.length);
        all.put(frame, 22, 32).putInt(icmp.length).putInt(58).put(icmp).flip();
        int sum = 0;
        while (all.hasRemaining()) {
            sum += all.getShort() & 0xffff;
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }
}

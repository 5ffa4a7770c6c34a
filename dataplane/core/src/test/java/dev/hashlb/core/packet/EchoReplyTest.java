package dev.hashlb.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EchoReplyTest {
    private static final long SEED = 20260103;

    @Test
    void repliesWithTheSameIdentifierSequenceAndData() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (boolean ipv4 : new boolean[] {true, false}) {
            for (int length = 0; length < 200; length++) {
                byte[] data = new byte[length];
                random.nextBytes(data);
                byte[] request = PacketBytes.echoRequest(ipv4, random.nextInt(0x10000), random.nextInt(0x10000), data);

                byte[] reply = reply(request);

                NaivePacket naive = new NaivePacket(reply);
                int icmp = ipv4 ? 20 : 40;
                assertThat(naive.word(icmp)).as("type and code").isEqualTo(ipv4 ? 0 : 129 << 8);
                assertThat(Arrays.copyOfRange(reply, icmp + 4, reply.length))
                        .isEqualTo(Arrays.copyOfRange(request, icmp + 4, request.length));
                assertThat(naive.transportChecksumIsRight(icmp, ipv4 ? 1 : 58))
                        .as("seed %d, length %d", SEED, length)
                        .isTrue();
                assertThat(naive.source()).isEqualTo(new NaivePacket(request).destination());
                assertThat(naive.destination()).isEqualTo(new NaivePacket(request).source());
                assertThat(!ipv4 || naive.headerChecksumIsRight()).isTrue();
            }
        }
    }

    @Test
    void aReplyOfZerosHasAChecksumThatVerifies() {
        byte[] reply = reply(PacketBytes.echoRequest(true, 0, 0, new byte[56]));

        assertThat(new NaivePacket(reply).transportChecksumIsRight(20, 1)).isTrue();
    }

    @Test
    void aDamagedRequestGetsAReplyThatIsSeenToBeDamaged() {
        byte[] request = PacketBytes.echoRequest(true, 1, 1, new byte[56]);
        request[40] ^= 4;

        assertThat(new NaivePacket(reply(request)).transportChecksumIsRight(20, 1))
                .isFalse();
    }

    @Test
    void leavesOutExtensionHeadersOfTheRequest() {
        byte[] echo = PacketBytes.echoRequest(false, 1, 2, new byte[8]);
        byte[] options = {58, 0, 1, 4, 0, 0, 0, 0};
        byte[] message = Arrays.copyOfRange(echo, 40, echo.length);
        byte[] behind = Arrays.copyOf(options, options.length + message.length);
        System.arraycopy(message, 0, behind, options.length, message.length);

        byte[] reply = reply(PacketBytes.ip(false, 60, behind));

        assertThat(reply).hasSize(echo.length);
        assertThat(new NaivePacket(reply).transportChecksumIsRight(40, 58)).isTrue();
    }

    @Test
    void repliesToNothingElseAndOnlyWhereThereIsRoom() {
        byte[] request = PacketBytes.echoRequest(true, 1, 1, new byte[56]);

        assertThat(reply(PacketBytes.udp(true, 1, 2, new byte[20]))).isEmpty();
        assertThat(PacketBytes.answer(request, request.length - 1, EchoReply::write))
                .isEmpty();
        assertThat(PacketBytes.answer(request, request.length, EchoReply::write))
                .hasSize(request.length);
    }

    private static byte[] reply(byte[] request) {
        return PacketBytes.answer(request, 400, EchoReply::write);
    }
}

package dev.hashlb.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChecksumTest {
    private static final long SEED = 20260101;

    private final SplittableRandom random = new SplittableRandom(SEED);

    @Test
    void sumsTheExampleOfRfc1071() {
        MemorySegment memory = MemorySegment.ofArray(HexFormat.of().parseHex("0001f203f4f5f6f7"));

        assertThat(Checksum.fold(Checksum.sum(memory, 0, 8))).isEqualTo(0xddf2);
    }

    @Test
    void updatesTheExampleOfRfc1624() {
        // RFC 1624, 4: the field 0xdd2f, a word that goes from 0x5555 to 0x3285; equation 2 would give 0xffff
        assertThat(Checksum.update(0xdd2f, 0x5555, 0x3285)).isEqualTo(0x0000);
    }

    @Test
    void sumsRangesOfEveryLengthLikeANaiveLoop() {
        for (int length = 0; length < 300; length++) {
            byte[] data = new byte[length + 5];
            random.nextBytes(data);

            assertThat(Checksum.fold(Checksum.sum(MemorySegment.ofArray(data), 3, length)))
                    .as("seed %d, length %d", SEED, length)
                    .isEqualTo(NaivePacket.onesComplementSum(Arrays.copyOfRange(data, 3, 3 + length)));
        }
    }

    @Test
    void sums64KilobytesOfOnes() {
        byte[] data = new byte[0xffff];
        Arrays.fill(data, (byte) 0xff);

        assertThat(Checksum.fold(Checksum.sum(MemorySegment.ofArray(data), 0, data.length)))
                .isEqualTo(NaivePacket.onesComplementSum(data));
    }

    @Test
    void foldsWhateverALongHolds() {
        assertThat(Checksum.fold(0)).isZero();
        assertThat(Checksum.fold(0xffff)).isEqualTo(0xffff);
        assertThat(Checksum.fold(0x1_ffff)).isEqualTo(1);
        assertThat(Checksum.fold(Long.MAX_VALUE)).isEqualTo(0x7fff);
        assertThat(Checksum.fold(0xffff_ffff_ffffL)).isEqualTo(0xffff);
    }

    @Test
    void anUpdateGivesWhatAFullSumGives() {
        for (int i = 0; i < 100_000; i++) {
            byte[] data = new byte[8];
            random.nextBytes(data);
            data[random.nextInt(8)] = (byte) 0xff;
            int checksum = ~NaivePacket.onesComplementSum(data) & 0xffff;
            int oldWord = new NaivePacket(data).word(2);
            int newWord = random.nextInt(3) == 0 ? 0xffff : random.nextInt(1, 0x10000);
            data[2] = (byte) (newWord >> 8);
            data[3] = (byte) newWord;

            assertThat(Checksum.update(checksum, oldWord, newWord))
                    .as("seed %d, round %d", SEED, i)
                    .isEqualTo(~NaivePacket.onesComplementSum(data) & 0xffff);
        }
    }

    @Test
    void anUpdateOfUdpLeavesNoneAndWritesZeroAsOnes() {
        assertThat(Checksum.updateUdp(0, 80, 8080)).isZero();
        assertThat(Checksum.updateUdp(0xdd2f, 0x5555, 0x3285)).isEqualTo(0xffff);
        assertThat(Checksum.updateUdp(0xffff, 80, 80)).isEqualTo(0xffff);
    }
}

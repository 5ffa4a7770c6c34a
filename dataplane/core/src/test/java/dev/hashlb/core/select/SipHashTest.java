package dev.hashlb.core.select;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SipHashTest {
    private static final long KEY_LOW = 0x0706050403020100L;
    private static final long KEY_HIGH = 0x0f0e0d0c0b0a0908L;

    /** The example that appendix A of the paper (Aumasson and Bernstein, 2012) works through. */
    @Test
    void agreesWithThePapersExample() {
        assertThat(new SipHash(KEY_LOW, KEY_HIGH).hash(counting(15))).isEqualTo(0xa129ca6149be45e5L);
    }

    /** The first and last of the reference implementation's 64 outputs, read as little-endian numbers. */
    @Test
    void agreesWithTheReferenceImplementation() {
        SipHash sipHash = new SipHash(KEY_LOW, KEY_HIGH);
        assertThat(sipHash.hash(counting(0))).isEqualTo(0x726fdb47dd0e0e31L);
        assertThat(sipHash.hash(counting(1))).isEqualTo(0x74f839c593dc67fdL);
        assertThat(sipHash.hash(counting(7))).isEqualTo(0xab0200f58b01d137L);
        assertThat(sipHash.hash(counting(8))).isEqualTo(0x93f5f5799a932462L);
        assertThat(sipHash.hash(counting(63))).isEqualTo(0x958a324ceb064572L);
    }

    @Test
    void agreesWithTheReferenceOfThePageForEveryLengthUpTo63() throws IOException {
        SipHash sipHash = new SipHash(KEY_LOW, KEY_HIGH);
        for (Map<String, String> row : Vectors.read("siphash.csv")) {
            int length = Integer.parseInt(row.get("lengthBytes"));
            assertThat(sipHash.hash(counting(length)))
                    .as("%d bytes", length)
                    .isEqualTo(Long.parseUnsignedLong(row.get("hash"), 16));
        }
    }

    @Test
    void anInstanceCanBeUsedAgain() {
        SipHash sipHash = new SipHash(KEY_LOW, KEY_HIGH);
        sipHash.hash(counting(40));
        assertThat(sipHash.hash(counting(15))).isEqualTo(0xa129ca6149be45e5L);
    }

    @Test
    void everyKeyBitMatters() {
        long hash = new SipHash(KEY_LOW, KEY_HIGH).hash(counting(15));
        for (int bit = 0; bit < 64; bit++) {
            assertThat(new SipHash(KEY_LOW ^ (1L << bit), KEY_HIGH).hash(counting(15)))
                    .isNotEqualTo(hash);
            assertThat(new SipHash(KEY_LOW, KEY_HIGH ^ (1L << bit)).hash(counting(15)))
                    .isNotEqualTo(hash);
        }
    }

    private static byte[] counting(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }
}

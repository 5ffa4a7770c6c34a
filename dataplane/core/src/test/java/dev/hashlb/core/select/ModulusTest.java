package dev.hashlb.core.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModulusTest {
    private static final long SEED = 20260102;

    static Stream<Integer> divisors() {
        return IntStream.concat(
                        IntStream.rangeClosed(1, 130),
                        IntStream.of(1021, 4093, 16381, 65536, 65537, 131071, Modulus.MAX_DIVISOR))
                .boxed();
    }

    @ParameterizedTest
    @MethodSource("divisors")
    void remainderIsExactAtBoundaries(int divisor) {
        Modulus modulus = new Modulus(divisor);
        for (long value : boundaries(divisor)) {
            assertThat(modulus.remainder(value)).as("%d mod %d", value, divisor).isEqualTo((int) (value % divisor));
        }
    }

    @ParameterizedTest
    @MethodSource("divisors")
    void remainderOf130BitSumsIsExact(int divisor) {
        Modulus modulus = new Modulus(divisor);
        Random random = new Random(SEED + divisor);
        List<Long> words =
                new ArrayList<>(List.of(0L, 1L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, 0xffff_ffffL, 1L << 32));
        List<Long> smalls = List.of(0L, 6L, 2 * 65535L + 255);
        for (long firstHigh : words) {
            for (long firstLow : words) {
                for (long small : smalls) {
                    compare(modulus, firstHigh, firstLow, -1, -1, small);
                    compare(modulus, firstHigh, firstLow, firstLow, firstHigh, small);
                }
            }
        }
        for (int i = 0; i < 2_000; i++) {
            compare(
                    modulus,
                    random.nextLong(),
                    random.nextLong(),
                    random.nextLong(),
                    random.nextLong(),
                    random.nextInt(2 * 65535 + 256));
        }
    }

    @ParameterizedTest
    @MethodSource("divisors")
    void remainderOfRandomValuesIsExact(int divisor) {
        Modulus modulus = new Modulus(divisor);
        Random random = new Random(SEED - divisor);
        for (int i = 0; i < 10_000; i++) {
            long value = random.nextLong() >>> (1 + random.nextInt(63));
            assertThat(modulus.remainder(value))
                    .as("%d mod %d, seed %d", value, divisor, SEED)
                    .isEqualTo((int) (value % divisor));
        }
    }

    /** The bound that lets one subtraction do: 2^64 - d·floor((2^64-1)/d) is at most d, whatever d. */
    @Test
    void reciprocalIsCloseEnoughForOneCorrection() {
        BigInteger power = BigInteger.ONE.shiftLeft(64);
        for (int divisor = 1; divisor <= Modulus.MAX_DIVISOR; divisor++) {
            BigInteger d = BigInteger.valueOf(divisor);
            BigInteger reciprocal = power.subtract(BigInteger.ONE).divide(d);
            assertThat(power.subtract(reciprocal.multiply(d))).isLessThanOrEqualTo(d);
        }
    }

    @Test
    void divisorsOutOfRangeAreRefused() {
        for (int divisor : new int[] {Integer.MIN_VALUE, -1, 0, Modulus.MAX_DIVISOR + 1}) {
            assertThatThrownBy(() -> new Modulus(divisor))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(Integer.toString(divisor));
        }
    }

    private static void compare(
            Modulus modulus, long firstHigh, long firstLow, long secondHigh, long secondLow, long small) {
        BigInteger sum = unsigned(firstHigh, firstLow)
                .add(unsigned(secondHigh, secondLow))
                .add(BigInteger.valueOf(small));
        assertThat(modulus.remainder(firstHigh, firstLow, secondHigh, secondLow, small))
                .as("%s mod %d, seed %d", sum, modulus.divisor(), SEED)
                .isEqualTo(sum.mod(BigInteger.valueOf(modulus.divisor())).intValueExact());
    }

    private static BigInteger unsigned(long high, long low) {
        return new BigInteger(Long.toUnsignedString(high))
                .shiftLeft(64)
                .add(new BigInteger(Long.toUnsignedString(low)));
    }

    private static long[] boundaries(int divisor) {
        long multiple = Long.MAX_VALUE / divisor * divisor;
        return LongStream.of(0, 1, divisor, 2L * divisor, 1L << 31, 1L << 32, 1L << 34, 1L << 53, 1L << 62, multiple)
                .flatMap(v -> LongStream.of(v - 1, v, v + 1, Long.MAX_VALUE - v))
                .filter(v -> v >= 0)
                .toArray();
    }
}

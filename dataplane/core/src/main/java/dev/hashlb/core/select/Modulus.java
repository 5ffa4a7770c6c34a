package dev.hashlb.core.select;

/**
 * Exact remainders by one divisor without a division instruction. Immutable.
 *
 * <p>With r = floor((2^64 - 1) / d), the estimate e = floor(r · v / 2^64) of the quotient is never too large, and too small by
 * at most 1 for every v below 2^63: r is at least (2^64 - d) / d, so r · v / 2^64 is at least v / d - v / 2^64, which is more than v / d
 * - 1/2. Hence v - e · d is below 2 d, and one subtraction corrects it.
 */
final class Modulus {
    static final int MAX_DIVISOR = 1 << 17;

    private static final long LOW_32 = 0xffff_ffffL;

    private final int divisor;
    private final long reciprocal;
    private final long weight32;
    private final long weight64;
    private final long weight96;

    /** @param divisor 1 to {@value #MAX_DIVISOR} */
    Modulus(int divisor) {
        if (divisor < 1 || divisor > MAX_DIVISOR) {
            throw new IllegalArgumentException("divisor " + divisor + " is not within 1 to " + MAX_DIVISOR);
        }
        this.divisor = divisor;
        reciprocal = Long.divideUnsigned(-1L, divisor);
        weight32 = (1L << 32) % divisor;
        weight64 = weight32 * weight32 % divisor;
        weight96 = weight64 * weight32 % divisor;
    }

    int divisor() {
        return divisor;
    }

    /** @param value 0 to 2^63 - 1 */
    int remainder(long value) {
        long rest = value - Math.unsignedMultiplyHigh(reciprocal, value) * divisor;
        long corrected = rest - divisor;
        return (int) (corrected < 0 ? rest : corrected);
    }

    /**
     * The remainder of the sum of two unsigned 128-bit numbers and a small one, 130 bits, limb by limb. A pair of limbs is below
     * 2^33 and a weight below 2^17, so each product is below 2^50 and their sum below 2^52.
     *
     * @param small 0 to 2^51
     */
    int remainder(long firstHigh, long firstLow, long secondHigh, long secondLow, long small) {
        long limb3 = (firstHigh >>> 32) + (secondHigh >>> 32);
        long limb2 = (firstHigh & LOW_32) + (secondHigh & LOW_32);
        long limb1 = (firstLow >>> 32) + (secondLow >>> 32);
        long limb0 = (firstLow & LOW_32) + (secondLow & LOW_32);
        return remainder(limb3 * weight96 + limb2 * weight64 + limb1 * weight32 + limb0 + small);
    }
}

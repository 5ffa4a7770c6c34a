package dev.hashlb.core.select;

/**
 * Exact remainders by one divisor, without a division instruction: the quotient is estimated by a multiplication with the
 * divisor's reciprocal, too small by at most 1, and corrected.
 */
final class Modulus {
    static final int MAX_DIVISOR = 1 << 17;

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

    /** @param value any unsigned number below 2^63 */
    int remainder(long value) {
        // The reciprocal is at most 1 below 2^64/d, so that their products with value / 2^64 are less than 1 apart, and
        // their
        // floors at most 1. multiplyHigh is signed: the reciprocal of 1, 2^64 - 1, counts as -1 there, which the last
        // term mends.
        long estimate = Math.multiplyHigh(reciprocal, value) + ((reciprocal >> 63) & value);
        long rest = value - estimate * divisor;
        return (int) (rest >= divisor ? rest - divisor : rest);
    }

    /**
     * The remainder of the sum of two 128-bit numbers and a small one: 130 bits, limb by limb. Each pair of limbs is below
     * 2^33 and each weight below 2^17, so the weighted sum is below 2^53.
     */
    int remainder(long firstHigh, long firstLow, long secondHigh, long secondLow, long small) {
        long limb3 = (firstHigh >>> 32) + (secondHigh >>> 32);
        long limb2 = (firstHigh & 0xffffffffL) + (secondHigh & 0xffffffffL);
        long limb1 = (firstLow >>> 32) + (secondLow >>> 32);
        long limb0 = (firstLow & 0xffffffffL) + (secondLow & 0xffffffffL);
        return remainder(limb3 * weight96 + limb2 * weight64 + limb1 * weight32 + limb0 + small);
    }
}

package dev.hashlb.core.select;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * docs/calculation.md once more, as slowly and plainly as can be, sharing nothing with the code: the tests' oracle.
 */
public final class NaiveCalculation {
    private static final BigInteger WORD = BigInteger.ONE.shiftLeft(64);
    private static final BigInteger GOLDEN = new BigInteger("9E3779B97F4A7C15", 16);
    private static final BigInteger FIRST = new BigInteger("BF58476D1CE4E5B9", 16);
    private static final BigInteger SECOND = new BigInteger("94D049BB133111EB", 16);

    /** A server of the list. */
    public record Member(String identity, int weight) {}

    private NaiveCalculation() {}

    /** The exact sum; {@code port} of a fragment is the VIP's sole port for the protocol. */
    public static BigInteger sum(
            boolean fiveTuple, byte[] source, int sourcePort, byte[] vip, int port, int protocol, boolean fragment) {
        BigInteger sum = new BigInteger(1, source).add(new BigInteger(1, vip));
        if (!fiveTuple) {
            return sum.add(BigInteger.valueOf(port));
        }
        return sum.add(BigInteger.valueOf(protocol)).add(BigInteger.valueOf(fragment ? 0 : sourcePort + (long) port));
    }

    /** The position in the list of a bucket's owner. */
    public static int owner(List<Member> members, int bucket) {
        int owner = 0;
        BigInteger best = BigInteger.ONE.negate();
        for (int i = 0; i < members.size(); i++) {
            BigInteger score = score(members.get(i), bucket);
            if (score.equals(best)) {
                throw new IllegalStateException("a tie, which random lists do not have");
            }
            if (score.compareTo(best) > 0) {
                best = score;
                owner = i;
            }
        }
        return owner;
    }

    private static BigInteger score(Member member, int bucket) {
        byte[] key = new byte[16];
        for (int i = 0; i < 16; i++) {
            key[i] = (byte) i;
        }
        BigInteger hash = sipHash(key, member.identity().getBytes(StandardCharsets.UTF_8));
        BigInteger score = BigInteger.ZERO;
        for (int replica = 0; replica < member.weight(); replica++) {
            BigInteger place = BigInteger.valueOf(replica).shiftLeft(32).add(BigInteger.valueOf(bucket));
            score = score.max(mix64(hash.xor(mix64(place.add(GOLDEN).mod(WORD)))));
        }
        return score;
    }

    private static BigInteger mix64(BigInteger z) {
        BigInteger first = z.xor(z.shiftRight(30)).multiply(FIRST).mod(WORD);
        BigInteger second = first.xor(first.shiftRight(27)).multiply(SECOND).mod(WORD);
        return second.xor(second.shiftRight(31));
    }

    /** SipHash-2-4 of bytes under a key of 16 bytes, as an unsigned number. */
    public static BigInteger sipHash(byte[] key, byte[] message) {
        BigInteger k0 = littleEndian(Arrays.copyOfRange(key, 0, 8));
        BigInteger k1 = littleEndian(Arrays.copyOfRange(key, 8, 16));
        BigInteger[] v = {
            k0.xor(ascii("somepseu")), k1.xor(ascii("dorandom")), k0.xor(ascii("lygenera")), k1.xor(ascii("tedbytes"))
        };
        byte[] padded = Arrays.copyOf(message, message.length / 8 * 8 + 8);
        padded[padded.length - 1] = (byte) message.length;
        for (int i = 0; i < padded.length; i += 8) {
            BigInteger word = littleEndian(Arrays.copyOfRange(padded, i, i + 8));
            v[3] = v[3].xor(word);
            rounds(v, 2);
            v[0] = v[0].xor(word);
        }
        v[2] = v[2].xor(BigInteger.valueOf(0xff));
        rounds(v, 4);
        return v[0].xor(v[1]).xor(v[2]).xor(v[3]);
    }

    private static void rounds(BigInteger[] v, int count) {
        for (int i = 0; i < count; i++) {
            half(v, 0, 1, 13, true);
            half(v, 2, 3, 16, false);
            half(v, 0, 3, 21, false);
            half(v, 2, 1, 17, true);
        }
    }

    private static void half(BigInteger[] v, int into, int from, int turn, boolean turnSum) {
        v[into] = v[into].add(v[from]).mod(WORD);
        v[from] = rotate(v[from], turn).xor(v[into]);
        if (turnSum) {
            v[into] = rotate(v[into], 32);
        }
    }

    private static BigInteger rotate(BigInteger x, int by) {
        return x.shiftLeft(by).mod(WORD).or(x.shiftRight(64 - by));
    }

    private static BigInteger ascii(String eight) {
        return new BigInteger(1, eight.getBytes(StandardCharsets.US_ASCII));
    }

    private static BigInteger littleEndian(byte[] bytes) {
        byte[] turned = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            turned[bytes.length - 1 - i] = bytes[i];
        }
        return new BigInteger(1, turned);
    }
}

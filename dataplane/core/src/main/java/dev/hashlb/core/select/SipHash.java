package dev.hashlb.core.select;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash of 64 bits. Immutable.
 *
 * <p>A message is taken as 64-bit words, its bytes in little-endian order. The last word holds the 0 to 7 bytes that are left
 * over, zeros above them, and in its highest byte the message's length modulo 256; it is there even if nothing is left over.
 */
public final class SipHash {
    private final long keyLow;
    private final long keyHigh;

    /**
     * @param keyLow the key's bytes 0 to 7 as a little-endian number
     * @param keyHigh bytes 8 to 15 likewise
     */
    public SipHash(long keyLow, long keyHigh) {
        this.keyLow = keyLow;
        this.keyHigh = keyHigh;
    }

    /** Hashes bytes. Allocates: not for the packet path. */
    public long hash(byte[] message) {
        long[] words = new long[message.length / Long.BYTES + 1];
        for (int i = 0; i < message.length; i++) {
            words[i / Long.BYTES] |= (message[i] & 0xffL) << (Byte.SIZE * (i % Long.BYTES));
        }
        words[words.length - 1] |= (long) message.length << (Long.SIZE - Byte.SIZE);
        return hash(words, words.length);
    }

    /**
     * Hashes a message that stands in words, the last of which holds its length.
     *
     * @param count how many of the words are the message, at least 1
     */
    public long hash(long[] words, int count) {
        // The four words of state are locals, and the rounds written out, so that they stay in registers.
        long v0 = keyLow ^ 0x736f6d6570736575L;
        long v1 = keyHigh ^ 0x646f72616e646f6dL;
        long v2 = keyLow ^ 0x6c7967656e657261L;
        long v3 = keyHigh ^ 0x7465646279746573L;
        for (int i = 0; i < count; i++) {
            long word = words[i];
            v3 ^= word;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 = Long.rotateLeft(v0, 32) + v3;
                v2 += v1;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= word;
        }
        v2 ^= 0xff;
        for (int round = 0; round < 4; round++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32) + v3;
            v2 += v1;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}

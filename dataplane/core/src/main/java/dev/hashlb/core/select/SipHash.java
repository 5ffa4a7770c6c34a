package dev.hashlb.core.select;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012), fed with whole words: a keyed hash of 64 bits. Mutable and reused; one per thread.
 *
 * <p>Use: {@link #begin}, then {@link #word} for each 8 bytes, little-endian, then {@link #end} with the last 0 to 7 bytes.
 */
public final class SipHash {
    private final long keyLow;
    private final long keyHigh;
    private long v0;
    private long v1;
    private long v2;
    private long v3;

    /**
     * @param keyLow the key's bytes 0 to 7 as a little-endian number
     * @param keyHigh bytes 8 to 15 likewise
     */
    public SipHash(long keyLow, long keyHigh) {
        this.keyLow = keyLow;
        this.keyHigh = keyHigh;
    }

    public SipHash begin() {
        v0 = keyLow ^ 0x736f6d6570736575L;
        v1 = keyHigh ^ 0x646f72616e646f6dL;
        v2 = keyLow ^ 0x6c7967656e657261L;
        v3 = keyHigh ^ 0x7465646279746573L;
        return this;
    }

    public SipHash word(long m) {
        v3 ^= m;
        round();
        round();
        v0 ^= m;
        return this;
    }

    /**
     * @param tail the last bytes as a little-endian number, zero above them
     * @param lengthBytes the length of everything that was hashed
     */
    public long end(long tail, int lengthBytes) {
        word(tail | ((long) lengthBytes << 56));
        v2 ^= 0xff;
        round();
        round();
        round();
        round();
        return v0 ^ v1 ^ v2 ^ v3;
    }

    /** Hashes bytes at once. */
    public long hash(byte[] bytes) {
        begin();
        int whole = bytes.length & ~7;
        for (int i = 0; i < whole; i += 8) {
            word(littleEndian(bytes, i, 8));
        }
        return end(littleEndian(bytes, whole, bytes.length - whole), bytes.length);
    }

    private static long littleEndian(byte[] bytes, int offset, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (bytes[offset + i] & 0xffL) << (8 * i);
        }
        return value;
    }

    private void round() {
        long a = v0 + v1;
        long c = v2 + v3;
        long b = Long.rotateLeft(v1, 13) ^ a;
        long d = Long.rotateLeft(v3, 16) ^ c;
        a = Long.rotateLeft(a, 32) + d;
        c += b;
        v3 = Long.rotateLeft(d, 21) ^ a;
        v1 = Long.rotateLeft(b, 17) ^ c;
        v0 = a;
        v2 = Long.rotateLeft(c, 32);
    }
}

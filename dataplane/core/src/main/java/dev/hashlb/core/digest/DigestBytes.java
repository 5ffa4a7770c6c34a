package dev.hashlb.core.digest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What is hashed: numbers of fixed size, and strings with their length before them, so that no two values look alike. */
public final class DigestBytes {
    private static final int FIRST_CAPACITY_BYTES = 1024;

    private byte[] bytes = new byte[FIRST_CAPACITY_BYTES];
    private int length;

    /** 8 bytes, little-endian. */
    public DigestBytes number(long value) {
        return littleEndian(value, Long.BYTES);
    }

    /** 4 bytes, little-endian. */
    public DigestBytes wireId(int value) {
        return littleEndian(value, Integer.BYTES);
    }

    public DigestBytes truth(boolean value) {
        return number(value ? 1 : 0);
    }

    /** UTF-8. */
    public DigestBytes string(String text) {
        return string(text.getBytes(StandardCharsets.UTF_8));
    }

    public DigestBytes string(byte[] text) {
        number(text.length);
        makeRoom(text.length);
        System.arraycopy(text, 0, bytes, length, text.length);
        length += text.length;
        return this;
    }

    public byte[] toArray() {
        return Arrays.copyOf(bytes, length);
    }

    private DigestBytes littleEndian(long value, int size) {
        makeRoom(size);
        for (int i = 0; i < size; i++) {
            bytes[length++] = (byte) (value >>> (Byte.SIZE * i));
        }
        return this;
    }

    private void makeRoom(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}

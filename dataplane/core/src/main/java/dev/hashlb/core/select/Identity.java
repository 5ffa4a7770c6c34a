package dev.hashlb.core.select;

import java.nio.charset.StandardCharsets;

/** A server's identity as numbers; see docs/calculation.md. */
public final class Identity {
    /** The published key of the identity hash: the bytes 00 to 0f. It is no secret; it makes the hash checkable. */
    private static final long KEY_LOW = 0x0706050403020100L;

    private static final long KEY_HIGH = 0x0f0e0d0c0b0a0908L;

    private Identity() {}

    /** The 64-bit hash of an identity: SipHash-2-4 of its UTF-8 bytes. */
    public static long hash(String identity) {
        return hash(identity.getBytes(StandardCharsets.UTF_8));
    }

    /** SipHash-2-4 of bytes under the same published key. */
    public static long hash(byte[] message) {
        return new SipHash(KEY_LOW, KEY_HIGH).hash(message);
    }

    /** What names the server on the wire: the hash's low 32 bits, but 1 instead of 0, which names nobody. */
    public static int wireId(String identity) {
        int low = (int) hash(identity);
        return low == 0 ? 1 : low;
    }
}

package dev.hashlb.core.route;

/**
 * The Ethernet address that VIPs of {@code ingress: SelfSelect} have: a group address, so that a frame reaches all routers, and a locally
 * administered one (IEEE 802, clause 8), so that it is nobody's. One for all VIPs, since who handles a packet is not the frame's
 * to say; the last bytes are "HLB" and a number.
 */
public final class SharedMac {
    /** The 48 bits, the first byte on the wire being the highest. */
    public static final long BITS = 0x03_48_4c_42_00_01L;

    private static final int LENGTH_BYTES = 6;

    private SharedMac() {}

    /** The bytes as on the wire; a new array. */
    public static byte[] toBytes() {
        byte[] bytes = new byte[LENGTH_BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (BITS >>> (Byte.SIZE * (bytes.length - 1 - i)));
        }
        return bytes;
    }
}

package dev.hashlb.e2e.traffic;

import io.netty.buffer.ByteBuf;

/**
 * An endless stream in which each byte is a function of its position alone, so that a lost, doubled, misplaced or foreign one shows, and
 * nothing that was sent has to be kept.
 *
 * @param seed another one is another stream
 */
record StreamBytes(long seed) {
    private static final int POSITIONS_PER_WORD = Long.BYTES;

    /** Appends so many bytes of the stream from a position on. */
    void write(ByteBuf out, long position, int lengthBytes) {
        for (int i = 0; i < lengthBytes; i++) {
            out.writeByte(at(position + i));
        }
    }

    /**
     * Consumes a buffer that should go on with the stream at a position.
     *
     * @return the position of the first byte that is wrong, or −1
     */
    long firstWrong(ByteBuf in, long position) {
        for (long i = position; in.isReadable(); i++) {
            if (in.readByte() != at(i)) {
                return i;
            }
        }
        return -1;
    }

    private byte at(long position) {
        long word = mix((seed << 32) + position / POSITIONS_PER_WORD);
        return (byte) (word >>> (Byte.SIZE * (position % POSITIONS_PER_WORD)));
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, 2014). */
    private static long mix(long word) {
        long z = word * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}

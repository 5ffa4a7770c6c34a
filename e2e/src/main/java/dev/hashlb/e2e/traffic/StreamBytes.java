package dev.hashlb.e2e.traffic;

import io.netty.buffer.ByteBuf;

/**
 * An endless stream in which each byte is a function of its position alone, so that a lost, doubled, misplaced or foreign one shows, and
 * nothing that was sent has to be kept.
 *
 * @param seed another one is another stream
 */
record StreamBytes(long seed) {
    /** Appends so many bytes of the stream from a position on. */
    void write(ByteBuf out, long position, int lengthBytes) {
        long end = position + lengthBytes;
        for (long i = position; i < end; ) {
            if (isWord(i, end - i)) {
                out.writeLongLE(word(i));
                i += Long.BYTES;
            } else {
                out.writeByte(at(i));
                i++;
            }
        }
    }

    /**
     * Consumes a buffer that should go on with the stream at a position.
     *
     * @return the position of the first byte that is wrong, or −1; what follows it is not consumed
     */
    long firstWrong(ByteBuf in, long position) {
        for (long i = position; in.isReadable(); ) {
            if (isWord(i, in.readableBytes()) && in.getLongLE(in.readerIndex()) == word(i)) {
                in.skipBytes(Long.BYTES);
                i += Long.BYTES;
            } else if (in.readByte() == at(i)) {
                i++;
            } else {
                return i;
            }
        }
        return -1;
    }

    /** Whether a word begins at a position and so many bytes hold it: byte by byte, the stream would cost a third of the client's time. */
    private static boolean isWord(long position, long lengthBytes) {
        return position % Long.BYTES == 0 && lengthBytes >= Long.BYTES;
    }

    private byte at(long position) {
        return (byte) (word(position) >>> (Byte.SIZE * (position % Long.BYTES)));
    }

    /** The eight bytes, little-endian, that a position is among. */
    private long word(long position) {
        return mix((seed << 32) + position / Long.BYTES);
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, 2014). */
    private static long mix(long word) {
        long z = word * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}

package dev.hashlb.e2e.suite;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/** Moves many bytes over a connection; no two blocks are alike, so that a lost, doubled or misplaced one shows. */
final class Transfer {
    private static final int BLOCK_BYTES = 1 << 20;

    private Transfer() {}

    /** Hundreds of connections that each move little must not hold much. */
    private static int blockBytes(long lengthBytes) {
        return (int) Math.min(BLOCK_BYTES, lengthBytes);
    }

    /**
     * Sends this many bytes and returns their SHA-256.
     *
     * @param progress is told the bytes sent so far, after each block
     */
    static String send(SocketChannel socket, long lengthBytes, LongConsumer progress) throws IOException {
        byte[] random = new byte[blockBytes(lengthBytes)];
        new SplittableRandom(lengthBytes).nextBytes(random);
        ByteBuffer block = ByteBuffer.allocateDirect(random.length).put(random).clear();
        MessageDigest digest = Digests.sha256();
        for (long sent = 0; sent < lengthBytes; ) {
            block.clear().limit((int) Math.min(block.capacity(), lengthBytes - sent));
            if (block.remaining() >= Long.BYTES) {
                block.putLong(0, sent);
            }
            digest.update(block.duplicate());
            sent += block.remaining();
            while (block.hasRemaining()) {
                socket.write(block);
            }
            progress.accept(sent);
        }
        return Digests.hex(digest.digest());
    }

    /**
     * Receives this many bytes and returns their SHA-256.
     *
     * @throws EOFException if the stream ends before
     */
    static String receive(SocketChannel socket, long lengthBytes, LongConsumer progress) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect(blockBytes(lengthBytes));
        MessageDigest digest = Digests.sha256();
        for (long received = 0; received < lengthBytes; ) {
            block.clear().limit((int) Math.min(block.capacity(), lengthBytes - received));
            int length = socket.read(block);
            if (length < 0) {
                throw new EOFException("the stream ended after " + received + " of " + lengthBytes + " bytes");
            }
            digest.update(block.flip());
            received += length;
            progress.accept(received);
        }
        return Digests.hex(digest.digest());
    }
}

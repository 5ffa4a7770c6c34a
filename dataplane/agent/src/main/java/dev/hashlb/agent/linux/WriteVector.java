package dev.hashlb.agent.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Pieces of memory that are written as one: one packet to a TUN, with its virtio_net_hdr. Reused; for one thread at a time;
 * owns its iovec array but not what the pieces point to, which must stay until {@link #write}.
 */
public final class WriteVector implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final CallState state = new CallState();
    private final MemorySegment vectors;
    private final int capacity;
    private int count;
    private int lengthBytes;

    /** @param capacity the most pieces, at most 1024 (UIO_MAXIOV) */
    public WriteVector(int capacity) {
        this.capacity = capacity;
        this.vectors = arena.allocate(MessageLayout.IOVEC, capacity);
    }

    /** Forgets all pieces. */
    public void clear() {
        count = 0;
        lengthBytes = 0;
    }

    /**
     * Adds a piece of native memory.
     *
     * @throws IndexOutOfBoundsException if there are {@link #capacity()} already
     */
    public void add(long address, int pieceBytes) {
        long vector = count * MessageLayout.IOVEC_BYTES;
        vectors.set(ValueLayout.JAVA_LONG, vector + MessageLayout.IOV_BASE, address);
        vectors.set(ValueLayout.JAVA_LONG, vector + MessageLayout.IOV_LEN, pieceBytes);
        count++;
        lengthBytes += pieceBytes;
    }

    /** The most pieces. */
    public int capacity() {
        return capacity;
    }

    /** How many pieces there are. */
    public int count() {
        return count;
    }

    /** The pieces' length in all. */
    public int lengthBytes() {
        return lengthBytes;
    }

    /** writev(2): the bytes written, or {@code -errno}. The pieces stay, for another try; {@link #clear} forgets them. */
    public int write(int fd) {
        return Libc.writev(state, fd, vectors.address(), count);
    }

    /** Frees the array. Not while another thread writes. */
    @Override
    public void close() {
        arena.close();
    }
}

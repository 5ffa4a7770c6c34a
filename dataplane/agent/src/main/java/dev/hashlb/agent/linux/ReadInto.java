package dev.hashlb.agent.linux;

/** read(2) into native memory without allocation; for one thread at a time. */
public final class ReadInto {
    private final CallState state = new CallState();

    /**
     * Reads one packet of a TUN, or what there is of another file.
     *
     * @param address where to; the memory is the caller's and must have {@code lengthBytes}
     * @return the bytes read, or {@code -errno}: {@link Errno#EAGAIN} if there is nothing, {@link Errno#EBADFD} if the device is gone
     */
    public int read(int fd, long address, int lengthBytes) {
        return Libc.read(state, fd, address, lengthBytes);
    }
}

package dev.hashlb.agent.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What ICMP told of a socket's packets: recvmsg(2), MSG_ERRQUEUE. While anything is in it, poll(2) and epoll(7) report POLLERR for the
 * socket, whatever they were asked for, and reading the socket does not take it away.
 */
public final class ErrorQueue {
    /** More than a kernel queues for a socket by default (net.core.optmem_max); an end for a socket that errors pour into. */
    private static final int MOST_AT_ONCE = 256;

    private ErrorQueue() {}

    /**
     * Takes all that is in a socket's queue, and forgets it. Does not block.
     *
     * @return how many errors were in it
     * @throws LinuxException if it cannot be read, as when the descriptor is no socket
     */
    public static int drain(int fd) throws LinuxException {
        CallState state = new CallState();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment nothingWanted = arena.allocate(MessageLayout.MSGHDR);
            int taken = 0;
            while (taken < MOST_AT_ONCE) {
                int result = SocketCalls.recvmsg(
                        state, fd, nothingWanted.address(), SocketCalls.MSG_ERRQUEUE | SocketCalls.MSG_DONTWAIT);
                if (result == -Errno.EAGAIN) {
                    break;
                }
                if (result != -Errno.EINTR) {
                    LinuxException.orThrow(result, "recvmsg", "the error queue of descriptor " + fd);
                    taken++;
                }
            }
            return taken;
        }
    }
}

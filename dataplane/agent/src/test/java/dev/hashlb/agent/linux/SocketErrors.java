package dev.hashlb.agent.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What poll(2) tells of a socket. */
public final class SocketErrors {
    private static final short POLLERR = 8;
    private static final int REVENTS = 6;

    private SocketErrors() {}

    /** Whether it reports an error, which it does unasked. */
    public static boolean reported(int fd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment descriptor = arena.allocate(ValueLayout.JAVA_LONG);
            descriptor.set(ValueLayout.JAVA_INT, 0, fd);
            LinuxException.orThrow(
                    SocketCalls.poll(new CallState(), descriptor.address(), 1, 0), "poll", "descriptor " + fd);
            return (descriptor.get(ValueLayout.JAVA_SHORT, REVENTS) & POLLERR) != 0;
        }
    }
}

package dev.hashlb.agent.linux;

import static dev.hashlb.agent.linux.NativeFunction.INT;
import static dev.hashlb.agent.linux.NativeFunction.LONG;
import static dev.hashlb.agent.linux.NativeFunction.POINTER;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;

/**
 * Calls on file descriptors, section 2 of the manual. Each returns what the call returns, or {@code -errno}; none throws,
 * none allocates Java memory except {@link #open}. Addresses are those of native memory, which must stay alive during the
 * call: the caller owns it.
 */
public final class Libc {
    public static final int O_RDONLY = 0;
    public static final int O_RDWR = 2;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;
    /** namespaces(7): what {@link #setns} is to insist on. */
    public static final int CLONE_NEWNET = 0x4000_0000;

    private static final MethodHandle OPEN = NativeFunction.variadic("open", 2, INT, POINTER, INT);
    private static final MethodHandle CLOSE = NativeFunction.of("close", INT, INT);
    private static final MethodHandle READ = NativeFunction.of("read", LONG, INT, POINTER, LONG);
    private static final MethodHandle WRITE = NativeFunction.of("write", LONG, INT, POINTER, LONG);
    private static final MethodHandle READV = NativeFunction.of("readv", LONG, INT, POINTER, INT);
    private static final MethodHandle WRITEV = NativeFunction.of("writev", LONG, INT, POINTER, INT);
    private static final MethodHandle IOCTL = NativeFunction.variadic("ioctl", 2, INT, INT, LONG, LONG);
    private static final MethodHandle FCNTL = NativeFunction.variadic("fcntl", 2, INT, INT, INT, LONG);
    private static final MethodHandle DUP = NativeFunction.of("dup", INT, INT);
    private static final MethodHandle SETNS = NativeFunction.of("setns", INT, INT, INT);

    private Libc() {}

    /** open(2), of an existing file. The descriptor is the caller's. */
    public static int open(CallState state, String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return state.result((int)
                    OPEN.invokeExact(state.segment, arena.allocateFrom(path).address(), flags));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /** close(2). The descriptor is gone whatever the result. */
    public static int close(CallState state, int fd) {
        try {
            return state.result((int) CLOSE.invokeExact(state.segment, fd));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /** read(2). */
    public static int read(CallState state, int fd, long address, int lengthBytes) {
        try {
            return state.result((long) READ.invokeExact(state.segment, fd, address, (long) lengthBytes));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /** write(2). */
    public static int write(CallState state, int fd, long address, int lengthBytes) {
        try {
            return state.result((long) WRITE.invokeExact(state.segment, fd, address, (long) lengthBytes));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /**
     * readv(2).
     *
     * @param vectors address of {@code count} {@code struct iovec}
     */
    public static int readv(CallState state, int fd, long vectors, int count) {
        try {
            return state.result((long) READV.invokeExact(state.segment, fd, vectors, count));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /**
     * writev(2).
     *
     * @param vectors address of {@code count} {@code struct iovec}
     */
    public static int writev(CallState state, int fd, long vectors, int count) {
        try {
            return state.result((long) WRITEV.invokeExact(state.segment, fd, vectors, count));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /**
     * ioctl(2).
     *
     * @param argument a number or an address, as the request wants it
     */
    public static int ioctl(CallState state, int fd, long request, long argument) {
        try {
            return state.result((int) IOCTL.invokeExact(state.segment, fd, request, argument));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /**
     * fcntl(2).
     *
     * @param argument a number or an address, as the command wants it
     */
    public static int fcntl(CallState state, int fd, int command, long argument) {
        try {
            return state.result((int) FCNTL.invokeExact(state.segment, fd, command, argument));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /** dup(2). The new descriptor is the caller's, and has no O_CLOEXEC. */
    public static int dup(CallState state, int fd) {
        try {
            return state.result((int) DUP.invokeExact(state.segment, fd));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /** setns(2): moves the calling thread, for good. See {@link NetworkNamespace#call}, which spends a thread on it. */
    public static int setns(CallState state, int fd, int kind) {
        try {
            return state.result((int) SETNS.invokeExact(state.segment, fd, kind));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }
}

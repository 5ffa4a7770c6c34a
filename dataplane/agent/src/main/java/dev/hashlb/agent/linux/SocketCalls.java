package dev.hashlb.agent.linux;

import static dev.hashlb.agent.linux.NativeFunction.INT;
import static dev.hashlb.agent.linux.NativeFunction.LONG;
import static dev.hashlb.agent.linux.NativeFunction.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls on sockets, section 2 of the manual; rules as for {@link Libc}: {@code -errno} results, the caller owns native memory.
 */
public final class SocketCalls {
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_NETLINK = 16;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_NONBLOCK = Libc.O_NONBLOCK;
    public static final int SOCK_CLOEXEC = Libc.O_CLOEXEC;
    public static final int SOL_SOCKET = 1;
    public static final int MSG_DONTWAIT = 0x40;
    /** Asked or told: the datagram was longer than the buffer. */
    public static final int MSG_TRUNC = 0x20;

    private static final MethodHandle SOCKET = NativeFunction.of("socket", INT, INT, INT, INT);
    private static final MethodHandle BIND = NativeFunction.of("bind", INT, INT, POINTER, INT);
    private static final MethodHandle GETSOCKNAME = NativeFunction.of("getsockname", INT, INT, POINTER, POINTER);
    private static final MethodHandle SETSOCKOPT = NativeFunction.of("setsockopt", INT, INT, INT, INT, POINTER, INT);
    private static final MethodHandle GETSOCKOPT =
            NativeFunction.of("getsockopt", INT, INT, INT, INT, POINTER, POINTER);
    private static final MethodHandle SEND = NativeFunction.of("send", LONG, INT, POINTER, LONG, INT);
    private static final MethodHandle RECV = NativeFunction.of("recv", LONG, INT, POINTER, LONG, INT);
    private static final MethodHandle SENDMSG = NativeFunction.of("sendmsg", LONG, INT, POINTER, INT);
    private static final MethodHandle RECVMSG = NativeFunction.of("recvmsg", LONG, INT, POINTER, INT);
    private static final MethodHandle SENDMMSG = NativeFunction.of("sendmmsg", INT, INT, POINTER, INT, INT);
    private static final MethodHandle RECVMMSG = NativeFunction.of("recvmmsg", INT, INT, POINTER, INT, INT, POINTER);
    private static final long NO_TIMEOUT = 0;

    private SocketCalls() {}

    /** socket(2). The descriptor is the caller's. */
    public static int socket(CallState state, int domain, int type, int protocol) {
        try {
            return state.result((int) SOCKET.invokeExact(state.segment, domain, type, protocol));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /**
     * bind(2).
     *
     * @param address a sockaddr of exactly the family's size
     */
    public static int bind(CallState state, int fd, MemorySegment address) {
        try {
            return state.result((int) BIND.invokeExact(state.segment, fd, address.address(), (int) address.byteSize()));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /**
     * getsockname(2).
     *
     * @param address where the sockaddr is to be written; its size is the most that is written
     */
    public static int getsockname(CallState state, int fd, MemorySegment address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) address.byteSize());
            return state.result((int) GETSOCKNAME.invokeExact(state.segment, fd, address.address(), length.address()));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /** setsockopt(2), of an option that is an int. */
    public static int setsockopt(CallState state, int fd, int level, int option, int value) {
        try (Arena arena = Arena.ofConfined()) {
            return setsockopt(state, fd, level, option, arena.allocateFrom(ValueLayout.JAVA_INT, value));
        }
    }

    /** setsockopt(2). */
    public static int setsockopt(CallState state, int fd, int level, int option, MemorySegment value) {
        try {
            return state.result((int)
                    SETSOCKOPT.invokeExact(state.segment, fd, level, option, value.address(), (int) value.byteSize()));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /** getsockopt(2), of an option that is an int that is never negative. */
    public static int getsockopt(CallState state, int fd, int level, int option) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
            int result = state.result(
                    (int) GETSOCKOPT.invokeExact(state.segment, fd, level, option, value.address(), length.address()));
            return result < 0 ? result : value.get(ValueLayout.JAVA_INT, 0);
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /**
     * getsockopt(2), of an option of any size.
     *
     * @param value where it is to be written
     * @return 0
     */
    public static int getsockopt(CallState state, int fd, int level, int option, MemorySegment value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) value.byteSize());
            return state.result(
                    (int) GETSOCKOPT.invokeExact(state.segment, fd, level, option, value.address(), length.address()));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /** send(2), on a socket that knows its peer. */
    public static int send(CallState state, int fd, long address, int lengthBytes, int flags) {
        try {
            return state.result((long) SEND.invokeExact(state.segment, fd, address, (long) lengthBytes, flags));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /** recv(2). */
    public static int recv(CallState state, int fd, long address, int lengthBytes, int flags) {
        try {
            return state.result((long) RECV.invokeExact(state.segment, fd, address, (long) lengthBytes, flags));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /**
     * sendmsg(2).
     *
     * @param message address of a {@code struct msghdr}
     */
    public static int sendmsg(CallState state, int fd, long message, int flags) {
        try {
            return state.result((long) SENDMSG.invokeExact(state.segment, fd, message, flags));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /**
     * recvmsg(2).
     *
     * @param message address of a {@code struct msghdr}
     */
    public static int recvmsg(CallState state, int fd, long message, int flags) {
        try {
            return state.result((long) RECVMSG.invokeExact(state.segment, fd, message, flags));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /**
     * sendmmsg(2): how many were sent; an error only if the first one failed.
     *
     * @param messages address of {@code count} {@code struct mmsghdr}
     */
    public static int sendmmsg(CallState state, int fd, long messages, int count, int flags) {
        try {
            return state.result((int) SENDMMSG.invokeExact(state.segment, fd, messages, count, flags));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /**
     * recvmmsg(2), without its time-out.
     *
     * @param messages address of {@code count} {@code struct mmsghdr}
     */
    public static int recvmmsg(CallState state, int fd, long messages, int count, int flags) {
        try {
            return state.result((int) RECVMMSG.invokeExact(state.segment, fd, messages, count, flags, NO_TIMEOUT));
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }
}

package dev.hashlb.agent.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls on sockets, section 2 of the manual; rules as for {@link Libc}: {@code -errno} results, the caller owns native memory.
 */
public final class SocketCalls {
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    /** Of sockets for frames, packet(7). */
    public static final int AF_PACKET = 17;

    public static final int AF_NETLINK = 16;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_SEQPACKET = 5;
    public static final int SOCK_NONBLOCK = Libc.O_NONBLOCK;
    public static final int SOCK_CLOEXEC = Libc.O_CLOEXEC;
    public static final int SOL_SOCKET = 1;
    public static final int SHUT_RDWR = 2;
    public static final int MSG_DONTWAIT = 0x40;
    /** Asked or told: the datagram was longer than the buffer. */
    public static final int MSG_TRUNC = 0x20;
    /** Asked: what ICMP told, in place of data. */
    public static final int MSG_ERRQUEUE = 0x2000;
    /** Told: control data, such as descriptors, found no room. */
    public static final int MSG_CTRUNC = 0x08;
    /** A peer that is gone is told as EPIPE, without the signal. */
    public static final int MSG_NOSIGNAL = 0x4000;
    /** Descriptors that are received have O_CLOEXEC. */
    public static final int MSG_CMSG_CLOEXEC = 0x4000_0000;

    private static final MethodHandle SOCKET = NativeFunction.of("socket");
    private static final MethodHandle BIND = NativeFunction.of("bind");
    private static final MethodHandle LISTEN = NativeFunction.of("listen");
    private static final MethodHandle ACCEPT4 = NativeFunction.of("accept4");
    private static final MethodHandle CONNECT = NativeFunction.of("connect");
    private static final MethodHandle SHUTDOWN = NativeFunction.of("shutdown");
    private static final MethodHandle GETSOCKNAME = NativeFunction.of("getsockname");
    private static final MethodHandle SETSOCKOPT = NativeFunction.of("setsockopt");
    private static final MethodHandle GETSOCKOPT = NativeFunction.of("getsockopt");
    private static final MethodHandle SEND = NativeFunction.of("send");
    private static final MethodHandle RECV = NativeFunction.of("recv");
    private static final MethodHandle SENDMSG = NativeFunction.of("sendmsg");
    private static final MethodHandle RECVMSG = NativeFunction.of("recvmsg");
    private static final MethodHandle SENDMMSG = NativeFunction.of("sendmmsg");
    private static final MethodHandle RECVMMSG = NativeFunction.of("recvmmsg");
    private static final MethodHandle POLL = NativeFunction.of("poll");
    private static final long NO_TIMEOUT = 0;

    private SocketCalls() {}

    /** socket(2). The descriptor is the caller's. */
    public static int socket(CallState state, int domain, int type, int protocol) {
        return NativeFunction.call(state, SOCKET, domain, type, protocol);
    }

    /**
     * bind(2).
     *
     * @param address a sockaddr of exactly the family's size
     */
    public static int bind(CallState state, int fd, MemorySegment address) {
        return NativeFunction.call(state, BIND, fd, address.address(), address.byteSize());
    }

    /** listen(2). */
    public static int listen(CallState state, int fd, int backlog) {
        return NativeFunction.call(state, LISTEN, fd, backlog);
    }

    /** accept4(2), without the peer's address. The descriptor is the caller's. */
    public static int accept(CallState state, int fd, int flags) {
        return NativeFunction.call(state, ACCEPT4, fd, 0, 0, flags);
    }

    /**
     * connect(2).
     *
     * @param address a sockaddr of exactly its size
     */
    public static int connect(CallState state, int fd, MemorySegment address) {
        return NativeFunction.call(state, CONNECT, fd, address.address(), address.byteSize());
    }

    /** shutdown(2); on a listening socket it ends an accept that waits. */
    public static int shutdown(CallState state, int fd, int how) {
        return NativeFunction.call(state, SHUTDOWN, fd, how);
    }

    /**
     * getsockname(2).
     *
     * @param address where the sockaddr is to be written; its size is the most that is written
     */
    public static int getsockname(CallState state, int fd, MemorySegment address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) address.byteSize());
            return NativeFunction.call(state, GETSOCKNAME, fd, address.address(), length.address());
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
        return NativeFunction.call(state, SETSOCKOPT, fd, level, option, value.address(), value.byteSize());
    }

    /** getsockopt(2), of an option that is an int that is never negative. */
    public static int getsockopt(CallState state, int fd, int level, int option) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            int result = getsockopt(state, fd, level, option, value);
            return result < 0 ? result : value.get(ValueLayout.JAVA_INT, 0);
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
            return NativeFunction.call(state, GETSOCKOPT, fd, level, option, value.address(), length.address());
        }
    }

    /** send(2), on a socket that knows its peer. */
    public static int send(CallState state, int fd, long address, int lengthBytes, int flags) {
        return NativeFunction.call(state, SEND, fd, address, lengthBytes, flags);
    }

    /** recv(2). */
    public static int recv(CallState state, int fd, long address, int lengthBytes, int flags) {
        return NativeFunction.call(state, RECV, fd, address, lengthBytes, flags);
    }

    /**
     * sendmsg(2).
     *
     * @param message address of a {@code struct msghdr}
     */
    public static int sendmsg(CallState state, int fd, long message, int flags) {
        return NativeFunction.call(state, SENDMSG, fd, message, flags);
    }

    /**
     * recvmsg(2).
     *
     * @param message address of a {@code struct msghdr}
     */
    public static int recvmsg(CallState state, int fd, long message, int flags) {
        return NativeFunction.call(state, RECVMSG, fd, message, flags);
    }

    /**
     * sendmmsg(2): how many were sent; an error only if the first one failed.
     *
     * @param messages address of {@code count} {@code struct mmsghdr}
     */
    public static int sendmmsg(CallState state, int fd, long messages, int count, int flags) {
        return NativeFunction.call(state, SENDMMSG, fd, messages, count, flags);
    }

    /**
     * recvmmsg(2), without its time-out.
     *
     * @param messages address of {@code count} {@code struct mmsghdr}
     */
    public static int recvmmsg(CallState state, int fd, long messages, int count, int flags) {
        return NativeFunction.call(state, RECVMMSG, fd, messages, count, flags, NO_TIMEOUT);
    }

    /**
     * poll(2).
     *
     * @param descriptors address of {@code count} {@code struct pollfd}
     */
    public static int poll(CallState state, long descriptors, int count, int timeoutMs) {
        return NativeFunction.call(state, POLL, descriptors, count, timeoutMs);
    }
}

package dev.hashlb.agent.linux.netlink;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The five system calls of a netlink socket. Each throws what errno says; {@code errno} is room for it of the caller. */
final class NetlinkCalls {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int SOL_NETLINK = 270;
    private static final int MSG_TRUNC = 0x20;

    private static final Linker LINKER = Linker.nativeLinker();
    static final MemoryLayout ERRNO = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_VALUE = ERRNO.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET =
            handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SETSOCKOPT =
            handle("setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SEND =
            handle("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECV =
            handle("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle STRERROR = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("strerror"), FunctionDescriptor.of(ADDRESS, JAVA_INT));

    private NetlinkCalls() {}

    /** A raw netlink socket of the calling thread's network namespace. */
    static int socket(int netlinkFamily, MemorySegment errno) throws IOException {
        return (int) call("socket(AF_NETLINK)", errno, () ->
                (int) SOCKET.invokeExact(errno, AF_NETLINK, SOCK_RAW_CLOEXEC, netlinkFamily));
    }

    static void enable(int fd, int netlinkOption, MemorySegment one, MemorySegment errno) throws IOException {
        call("setsockopt(SOL_NETLINK, " + netlinkOption + ")", errno, () ->
                (int) SETSOCKOPT.invokeExact(errno, fd, SOL_NETLINK, netlinkOption, one, 4));
    }

    static void send(int fd, MemorySegment message, MemorySegment errno) throws IOException {
        call("send on a netlink socket", errno, () ->
                (long) SEND.invokeExact(errno, fd, message, message.byteSize(), 0));
    }

    /** Receives one datagram; gives its whole length, also where the buffer was too small for it. */
    static int receive(int fd, MemorySegment buffer, MemorySegment errno) throws IOException {
        return (int) call("recv on a netlink socket", errno, () ->
                (long) RECV.invokeExact(errno, fd, buffer, buffer.byteSize(), MSG_TRUNC));
    }

    static void close(int fd, MemorySegment errno) throws IOException {
        call("close", errno, () -> (int) CLOSE.invokeExact(errno, fd));
    }

    static String describe(int errno) {
        try {
            MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
            return text.reinterpret(256).getString(0);
        } catch (Throwable e) {
            throw new AssertionError("strerror does not throw", e);
        }
    }

    private interface SystemCall {
        long run() throws Throwable;
    }

    private static long call(String name, MemorySegment errno, SystemCall systemCall) throws IOException {
        long result;
        try {
            result = systemCall.run();
        } catch (Throwable e) {
            throw new AssertionError("a system call does not throw", e);
        }
        if (result < 0) {
            throw new IOException(name + ": " + describe((int) ERRNO_VALUE.get(errno, 0L)));
        }
        return result;
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), descriptor, Linker.Option.captureCallState("errno"));
    }
}

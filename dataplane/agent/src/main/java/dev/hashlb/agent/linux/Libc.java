package dev.hashlb.agent.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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

    private static final int F_DUPFD_CLOEXEC = 1030;

    private static final MethodHandle OPEN = NativeFunction.of("open");
    private static final MethodHandle CLOSE = NativeFunction.of("close");
    private static final MethodHandle READ = NativeFunction.of("read");
    private static final MethodHandle WRITE = NativeFunction.of("write");
    private static final MethodHandle READV = NativeFunction.of("readv");
    private static final MethodHandle WRITEV = NativeFunction.of("writev");
    private static final MethodHandle IOCTL = NativeFunction.of("ioctl");
    private static final MethodHandle FCNTL = NativeFunction.of("fcntl");
    private static final MethodHandle DUP = NativeFunction.of("dup");
    private static final MethodHandle FCHMOD = NativeFunction.of("fchmod");
    private static final MethodHandle SETSID = NativeFunction.of("setsid");
    private static final MethodHandle GETEUID = NativeFunction.of("geteuid");
    private static final MethodHandle SETNS = NativeFunction.of("setns");
    private static final MethodHandle SYSCALL = NativeFunction.of("syscall");
    /** The C library has no function for bpf(2). Its number in the system call table; negative for a processor that is not known here. */
    private static final int SYS_BPF = switch (System.getProperty("os.arch")) {
        case "amd64" -> 321;
        case "aarch64", "riscv64" -> 280;
        default -> -1;
    };

    private Libc() {}

    /** Has the JVM make what it makes at the first call of a native function, so that a later first call does not wait for it. */
    public static void loadAhead() {
        Libc.close(new CallState(), -1); // refused with EBADF
    }

    /** open(2), of an existing file. The descriptor is the caller's. */
    public static int open(CallState state, String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return NativeFunction.call(state, OPEN, arena.allocateFrom(path).address(), flags);
        }
    }

    /** close(2). The descriptor is gone whatever the result. */
    public static int close(CallState state, int fd) {
        return NativeFunction.call(state, CLOSE, fd);
    }

    /** read(2). */
    public static int read(CallState state, int fd, long address, int lengthBytes) {
        return NativeFunction.call(state, READ, fd, address, lengthBytes);
    }

    /** write(2). */
    public static int write(CallState state, int fd, long address, int lengthBytes) {
        return NativeFunction.call(state, WRITE, fd, address, lengthBytes);
    }

    /**
     * readv(2).
     *
     * @param vectors address of {@code count} {@code struct iovec}
     */
    public static int readv(CallState state, int fd, long vectors, int count) {
        return NativeFunction.call(state, READV, fd, vectors, count);
    }

    /**
     * writev(2).
     *
     * @param vectors address of {@code count} {@code struct iovec}
     */
    public static int writev(CallState state, int fd, long vectors, int count) {
        return NativeFunction.call(state, WRITEV, fd, vectors, count);
    }

    /**
     * ioctl(2).
     *
     * @param argument a number or an address, as the request wants it
     */
    public static int ioctl(CallState state, int fd, long request, long argument) {
        return NativeFunction.call(state, IOCTL, fd, request, argument);
    }

    /**
     * fcntl(2).
     *
     * @param argument a number or an address, as the command wants it
     */
    public static int fcntl(CallState state, int fd, int command, long argument) {
        return NativeFunction.call(state, FCNTL, fd, command, argument);
    }

    /** dup(2). The new descriptor is the caller's, and has no O_CLOEXEC. */
    public static int dup(CallState state, int fd) {
        return NativeFunction.call(state, DUP, fd);
    }

    /** A copy of a descriptor with O_CLOEXEC (F_DUPFD_CLOEXEC, fcntl(2)); the caller's. */
    public static int dupCloseOnExec(CallState state, int fd) {
        return fcntl(state, fd, F_DUPFD_CLOEXEC, 0);
    }

    /** fchmod(2). Of a Unix socket that is not bound yet: the mode that its file will have. */
    public static int fchmod(CallState state, int fd, int mode) {
        return NativeFunction.call(state, FCHMOD, fd, mode);
    }

    /** setsid(2): leaves the terminal's process group. Refused (EPERM) to the leader of a group. */
    public static int setsid(CallState state) {
        return NativeFunction.call(state, SETSID, 0);
    }

    /** geteuid(2): the process's user. */
    public static int geteuid(CallState state) {
        return NativeFunction.call(state, GETEUID, 0);
    }

    /** setns(2): moves the calling thread, for good. See {@link NetworkNamespace#call}, which spends a thread on it. */
    public static int setns(CallState state, int fd, int kind) {
        return NativeFunction.call(state, SETNS, fd, kind);
    }

    /**
     * bpf(2); {@code -ENOSYS} also on a processor whose number of it is not known here.
     *
     * @param attributes the {@code union bpf_attr} of the command, as long as the command's part of it
     */
    public static int bpf(CallState state, int command, MemorySegment attributes) {
        return NativeFunction.call(state, SYSCALL, SYS_BPF, command, attributes.address(), attributes.byteSize());
    }
}

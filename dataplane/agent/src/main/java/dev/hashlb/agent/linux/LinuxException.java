package dev.hashlb.agent.linux;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The kernel refused a call. The message has the call, what it was about, the kernel's reason and its symbol. */
public final class LinuxException extends IOException {
    private static final long serialVersionUID = 1;
    private static final int LONGEST_REASON_BYTES = 256;

    private final int errno;
    private final String call;

    /**
     * @param errno positive, see {@link Errno}
     * @param call the call's name, such as {@code setns}
     * @param detail what it was about: a path, an address, a device
     */
    public LinuxException(int errno, String call, String detail) {
        super(call + " " + detail + ": " + reason(errno) + " (" + Errno.name(errno) + ")");
        this.errno = errno;
        this.call = call;
    }

    /** The error number, positive. */
    public int errno() {
        return errno;
    }

    /** The call that failed. */
    public String call() {
        return call;
    }

    /**
     * Passes a call's result through, or throws.
     *
     * @param result what a call of {@link Libc} or {@link SocketCalls} returned: negative for {@code -errno}
     */
    public static int orThrow(int result, String call, String detail) throws LinuxException {
        if (result < 0) {
            throw new LinuxException(-result, call, detail);
        }
        return result;
    }

    /** The C library's words for an error number: strerror(3). */
    public static String reason(int errno) {
        try {
            MemorySegment text = (MemorySegment) Strerror.HANDLE.invokeExact(errno);
            return text.reinterpret(LONGEST_REASON_BYTES).getString(0);
        } catch (Throwable e) {
            throw NativeFunction.unexpected(e);
        }
    }

    /** Bound when the first call fails: most processes never need it. */
    private static final class Strerror {
        static final MethodHandle HANDLE = Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow("strerror"),
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    }
}

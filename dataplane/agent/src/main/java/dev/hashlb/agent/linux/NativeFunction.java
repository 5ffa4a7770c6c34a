package dev.hashlb.agent.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Functions of the C library as method handles, all of one type: {@link CallState#segment}, then five {@code long}. For each type the
 * JVM generates classes, which takes milliseconds that a start does not have. Both ABIs pass the first six integers and pointers, also those of a
 * variadic function, in 64-bit registers, and the called function ignores those that it does not have. So a pointer needs
 * no object either.
 */
final class NativeFunction {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
    private static final FunctionDescriptor TYPE = FunctionDescriptor.of(WORD, WORD, WORD, WORD, WORD, WORD);

    private NativeFunction() {}

    static MethodHandle of(String name) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), TYPE, Linker.Option.captureCallState("errno"));
    }

    /**
     * Calls a function that returns a number of at most 32 bits, or −1 and errno.
     *
     * @param function a constant, so that the JIT compiler turns this into the bare call
     * @return the function's result, or {@code -errno}
     */
    static int call(CallState state, MethodHandle function, long a, long b, long c, long d, long e) {
        try {
            // An int result leaves the register's upper half undefined.
            return state.result((int) (long) function.invokeExact(state.segment, a, b, c, d, e));
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    static int call(CallState state, MethodHandle function, long a, long b, long c, long d) {
        return call(state, function, a, b, c, d, 0);
    }

    static int call(CallState state, MethodHandle function, long a, long b, long c) {
        return call(state, function, a, b, c, 0, 0);
    }

    static int call(CallState state, MethodHandle function, long a, long b) {
        return call(state, function, a, b, 0, 0, 0);
    }

    static int call(CallState state, MethodHandle function, long a) {
        return call(state, function, a, 0, 0, 0, 0);
    }

    /** What to throw for something that a native call cannot throw by its signature. */
    static Error unexpected(Throwable thrown) {
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            return e;
        }
        return new AssertionError("a native call threw a checked exception", thrown);
    }
}

package dev.hashlb.agent.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * Where calls leave errno: taken by the linker before the JVM can overwrite it. One for each thread that makes calls, made
 * beforehand, so that a call allocates nothing. The garbage collector frees it.
 */
public final class CallState {
    private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = LAYOUT.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    // An automatic arena: a shared one would cost an atomic increment and decrement for each call.
    final MemorySegment segment = Arena.ofAuto().allocate(LAYOUT);

    /** A call's result as the kernel gives it: itself, or {@code -errno} if it was negative. */
    int result(int returned) {
        return returned >= 0 ? returned : -segment.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
    }
}

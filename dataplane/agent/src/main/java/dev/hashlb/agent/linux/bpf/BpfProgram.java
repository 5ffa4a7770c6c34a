package dev.hashlb.agent.linux.bpf;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A program in the kernel, checked by its verifier: bpf(2). Owns its descriptor; lives on where it is attached. */
public final class BpfProgram implements AutoCloseable {
    private static final int BPF_PROG_LOAD = 5;
    private static final int BPF_PROG_TYPE_SOCKET_FILTER = 1;
    private static final int ATTRIBUTES_BYTES = 48;
    private static final int LOG_BYTES = 1 << 20;
    /** The verifier gives up with EAGAIN when a signal comes, as a profiler sends them. */
    private static final int ATTEMPTS = 10;
    /** What the program calls is open to every licence. */
    private static final String LICENSE = "Apache-2.0";

    private final CallState state;
    private final int fd;

    private BpfProgram(CallState state, int fd) {
        this.state = state;
        this.fd = fd;
    }

    /**
     * Loads a program that says how much of a packet is kept (BPF_PROG_TYPE_SOCKET_FILTER).
     *
     * @throws LinuxException EPERM without CAP_BPF or CAP_SYS_ADMIN; EINVAL or EACCES with the verifier's last words if it refuses the program
     */
    public static BpfProgram socketFilter(BpfCode code) throws LinuxException {
        CallState state = new CallState();
        byte[] instructions = code.toBytes();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, Long.BYTES);
            attributes.set(ValueLayout.JAVA_INT, 0, BPF_PROG_TYPE_SOCKET_FILTER);
            attributes.set(ValueLayout.JAVA_INT, 4, instructions.length / BpfCode.INSTRUCTION_BYTES);
            attributes.set(
                    ValueLayout.ADDRESS,
                    8,
                    arena.allocate(instructions.length, Long.BYTES).copyFrom(MemorySegment.ofArray(instructions)));
            attributes.set(ValueLayout.ADDRESS, 16, arena.allocateFrom(LICENSE));
            int fd = Libc.bpf(state, BPF_PROG_LOAD, attributes);
            for (int attempt = 1; fd == -Errno.EAGAIN && attempt < ATTEMPTS; attempt++) {
                fd = Libc.bpf(state, BPF_PROG_LOAD, attributes);
            }
            if (fd < 0) {
                throw new LinuxException(-fd, "BPF_PROG_LOAD", "socket filter" + verdict(state, arena, attributes));
            }
            return new BpfProgram(state, fd);
        }
    }

    /** Once more, with the log that only a refused program needs. @return its last line, with a space before it; empty if there is none */
    private static String verdict(CallState state, Arena arena, MemorySegment attributes) {
        MemorySegment log = arena.allocate(LOG_BYTES);
        attributes.set(ValueLayout.JAVA_INT, 24, 1);
        attributes.set(ValueLayout.JAVA_INT, 28, LOG_BYTES);
        attributes.set(ValueLayout.ADDRESS, 32, log);
        int fd = Libc.bpf(state, BPF_PROG_LOAD, attributes);
        if (fd >= 0) {
            Libc.close(state, fd);
        }
        return log.getString(0)
                .lines()
                .filter(line -> !line.startsWith("processed "))
                .reduce((first, second) -> second)
                .map(line -> " (" + line + ")")
                .orElse("");
    }

    /** The descriptor; stays this object's. */
    public int fd() {
        return fd;
    }

    @Override
    public void close() {
        Libc.close(state, fd);
    }
}

package dev.hashlb.e2e.traffic;

import dev.hashlb.e2e.lab.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Which share of the processors a thread of a client gets where it does not share them with what it loads on a network: by its nice
 * value (sched(7)), which needs CAP_SYS_NICE.
 */
final class ThreadPriority {
    /** An attacker, who has nothing else to do. */
    static final int BEFORE_ALL_OTHERS = -20;
    /** A client, which sends on time and leaves most of the processors to others: one and a half times another thread's share. */
    static final int BEFORE_OTHERS = -2;

    static final int LIKE_ALL_OTHERS = 0;

    private ThreadPriority() {}

    /** Sets that of the thread that calls. */
    static void set(int nice) {
        try {
            Path thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
            Command.run("", List.of("renice", "-n", Integer.toString(nice), "-p", thread.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

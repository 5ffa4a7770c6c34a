package dev.hashlb.agent.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The capabilities in force for a thread: capabilities(7).
 *
 * @param effective one bit for each, by its number in linux/capability.h
 */
public record Capabilities(long effective) {
    private static final String LINE = "CapEff:";

    /** The capabilities that the data plane needs. */
    public enum Needed {
        /** Devices, routes, rules, nftables, socket buffers. */
        CAP_NET_ADMIN(12),
        /** Packets with a source of their own making. */
        CAP_NET_RAW(13),
        /** setns(2). */
        CAP_SYS_ADMIN(21);

        private final int number;

        Needed(int number) {
            this.number = number;
        }
    }

    /** Those of the calling thread. */
    public static Capabilities ofThisThread() throws IOException {
        return parse(Files.readString(Path.of("/proc/thread-self/status")));
    }

    /** @param status the text of /proc/PID/status: proc_pid_status(5) */
    static Capabilities parse(String status) {
        String line = status.lines()
                .filter(each -> each.startsWith(LINE))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no line " + LINE + " in the status of the process"));
        return new Capabilities(
                Long.parseUnsignedLong(line.substring(LINE.length()).strip(), 16));
    }

    /** What is needed and not there, in the order of {@link Needed}. */
    public List<Needed> missing() {
        return Arrays.stream(Needed.values())
                .filter(each -> (effective >>> each.number & 1) == 0)
                .toList();
    }
}

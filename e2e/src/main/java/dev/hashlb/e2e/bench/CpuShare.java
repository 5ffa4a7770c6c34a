package dev.hashlb.e2e.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Holds a process to a share of one processor: a control group of its own, of version 1 or 2 (cgroups(7)). */
final class CpuShare implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    /** Short, so that a queue of 500 packets bridges the pauses. */
    private static final int PERIOD_US = 10_000;

    private final Path all;
    private final Path group;
    private final long pid;

    private CpuShare(Path all, Path group, long pid) {
        this.all = all;
        this.group = group;
        this.pid = pid;
    }

    /** @param percent of one processor, at least 10: the kernel's least quota is 1 ms */
    static CpuShare of(long pid, int percent) {
        Path versionOne = ROOT.resolve("cpu");
        boolean isOne = Files.isDirectory(versionOne);
        Path all = isOne ? versionOne : ROOT;
        Path group = all.resolve("hashlb-bench-" + pid);
        int quotaUs = PERIOD_US * percent / 100;
        try {
            Files.createDirectories(group);
            if (isOne) {
                write(group.resolve("cpu.cfs_period_us"), Integer.toString(PERIOD_US));
                write(group.resolve("cpu.cfs_quota_us"), Integer.toString(quotaUs));
            } else {
                write(all.resolve("cgroup.subtree_control"), "+cpu");
                write(group.resolve("cpu.max"), quotaUs + " " + PERIOD_US);
            }
            write(group.resolve("cgroup.procs"), Long.toString(pid));
            return new CpuShare(all, group, pid);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
    }

    /** Lets the process have all again. */
    @Override
    public void close() {
        try {
            write(all.resolve("cgroup.procs"), Long.toString(pid));
            Files.delete(group);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.hashlb.e2e.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Processor time of some processes so far, from {@code /proc/PID/task/TID/schedstat}. Where the kernel keeps no account of interrupt
 * time of its own (CONFIG_IRQ_TIME_ACCOUNTING), a thread's time has the softirqs in it that run on its back: those that its own sends
 * cause, down to the next queue. Those that the clients' sends cause are on the clients' account; {@link #softirqThreadsNs} are the
 * kernel's own threads, which take over under load, of all namespaces together.
 */
final class ProcessorTime {
    private static final Path PROC = Path.of("/proc");

    private ProcessorTime() {}

    /** Of these processes, with all their living threads. */
    static long processesNs(List<Long> pids) {
        return pids.stream()
                .mapToLong(pid -> threadsNs(PROC.resolve(Long.toString(pid)).resolve("task")))
                .sum();
    }

    /** Of the kernel's threads {@code ksoftirqd/N}. */
    static long softirqThreadsNs() {
        return processesNs(ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> read(PROC.resolve(pid + "/comm")).startsWith("ksoftirqd/"))
                .toList());
    }

    private static long threadsNs(Path tasks) {
        try (Stream<Path> threads = Files.list(tasks)) {
            return threads.map(thread -> read(thread.resolve("schedstat")))
                    .filter(text -> !text.isEmpty())
                    .mapToLong(text -> Long.parseLong(text.substring(0, text.indexOf(' '))))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return empty if the process or thread has ended */
    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("No such process")) {
                return "";
            }
            throw new UncheckedIOException(e);
        }
    }
}

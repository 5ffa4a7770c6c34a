package dev.hashlb.e2e.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a JVM holds.
 *
 * @param residentKiB VmRSS of proc(5)
 * @param liveHeapKiB what a full collection leaves
 * @param openFiles file descriptors
 */
public record ProcessFootprint(long residentKiB, long liveHeapKiB, int openFiles) {
    private static final Pattern USED_KIB = Pattern.compile("used (\\d+)K");

    /** Of a process, after a full collection that this has it do. */
    public static ProcessFootprint of(long pid) {
        jcmd(pid, "GC.run");
        return new ProcessFootprint(residentKiB(pid), liveHeapKiB(pid), openFiles(pid));
    }

    /** VmRSS, of any process. */
    public static long residentKiB(long pid) {
        try (Stream<String> status = Files.lines(proc(pid, "status"))) {
            return status.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int openFiles(long pid) {
        try (Stream<Path> files = Files.list(proc(pid, "fd"))) {
            return (int) files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Both generations of the serial collector. */
    private static long liveHeapKiB(long pid) {
        Matcher used = USED_KIB.matcher(jcmd(pid, "GC.heap_info").replaceAll("(?s)Metaspace.*", ""));
        long kib = 0;
        while (used.find()) {
            kib += Long.parseLong(used.group(1));
        }
        return kib;
    }

    private static Path proc(long pid, String file) {
        return Path.of("/proc", Long.toString(pid), file);
    }

    private static String jcmd(long pid, String command) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        return Command.run("", List.of(jcmd, Long.toString(pid), command));
    }
}

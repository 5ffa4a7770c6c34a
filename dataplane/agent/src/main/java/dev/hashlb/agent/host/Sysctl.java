package dev.hashlb.agent.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Files below /proc/sys; those of net are the calling thread's namespace's. Needed only for what netlink cannot set: IPv6
 * settings, and the host-wide {@code all}.
 */
final class Sysctl {
    private static final Path ROOT = Path.of("/proc/sys");

    private Sysctl() {}

    /** The value, or empty where the kernel has no such setting. */
    static Optional<String> read(String path) throws IOException {
        try {
            return Optional.of(Files.readString(ROOT.resolve(path)).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Whether the kernel has IPv6 at all. */
    static boolean ipv6Exists() {
        return Files.isDirectory(ROOT.resolve("net/ipv6"));
    }

    /** @throws HostSetupException with the line to run, if the file cannot be written */
    static void write(String path, String value) throws IOException {
        try {
            Files.writeString(ROOT.resolve(path), value);
        } catch (IOException e) {
            throw new HostSetupException(
                    "cannot set " + path + " to " + value + " (" + e.getMessage() + "); run on the host: sysctl -w "
                            + path + "=" + value,
                    e);
        }
    }

    static JournalEntry change(Place place, String path, String before, String after) {
        return new JournalEntry(place, JournalEntry.Kind.SYSCTL, path, before, after);
    }

    static void make(List<JournalEntry> changes) throws IOException {
        for (JournalEntry change : changes) {
            write(change.key(), change.after());
        }
    }

    /** Puts old values back where ours still stand, the newest change first. */
    static void undo(List<JournalEntry> changes) throws IOException {
        for (JournalEntry change : changes.reversed()) {
            if (change.kind() == JournalEntry.Kind.SYSCTL
                    && read(change.key()).filter(change.after()::equals).isPresent()) {
                write(change.key(), change.before());
            }
        }
    }
}

package dev.hashlb.e2e.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds and removes the namespaces of labs, and the processes in them. A lab's id carries its owner's process id. */
final class Leftovers {
    private static final Path NAMED_NAMESPACES = Path.of("/run/netns");
    private static final String KEPT = "hlkept";
    private static final Pattern NAMESPACE = Pattern.compile("hl(\\d+)[a-z]+-.*");

    private Leftovers() {}

    /** An id for the nth lab of this process. */
    static String labId(int number) {
        String suffix = number < 26
                ? "" + (char) ('a' + number)
                : "" + (char) ('a' + number / 26 - 1) + (char) ('a' + number % 26);
        return "hl" + ProcessHandle.current().pid() + suffix;
    }

    /** An id for a lab that is to stay when its owner is gone. */
    static String keptLabId() {
        return KEPT + ProcessHandle.current().pid();
    }

    /** Removes what labs left whose owner is gone. */
    static void clean() {
        namespaces()
                .filter(Leftovers::isOrphan)
                .map(Leftovers::labOf)
                .distinct()
                .forEach(Leftovers::remove);
    }

    /** Removes the labs that were kept, and returns their ids. */
    static List<String> removeKept() {
        List<String> ids = namespaces()
                .filter(name -> name.startsWith(KEPT))
                .map(Leftovers::labOf)
                .distinct()
                .toList();
        ids.forEach(Leftovers::remove);
        return ids;
    }

    private static String labOf(String namespace) {
        return namespace.substring(0, namespace.indexOf('-'));
    }

    /** Removes the processes and every namespace of a lab, also those that were added since it was built, and its files. */
    static void remove(String labId) {
        remove(namespaces().filter(name -> name.startsWith(labId + "-")).toList());
        deleteDirectories(labId);
    }

    /** A folder for the files of a lab. */
    static Path createDirectory(String labId) throws IOException {
        return Files.createTempDirectory(labId + "-");
    }

    private static void deleteDirectories(String labId) {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        try (Stream<Path> directories = Files.list(parent)) {
            for (Path directory : directories
                    .filter(path -> path.getFileName().toString().startsWith(labId + "-"))
                    .toList()) {
                delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static void remove(List<String> names) {
        if (names.isEmpty()) {
            return;
        }
        endProcessesIn(names);
        Command.run(
                Wiring.batch(names.stream().map(name -> "netns del " + name).toList()),
                List.of("ip", "-force", "-batch", "-"));
    }

    private static boolean isOrphan(String name) {
        Matcher matcher = NAMESPACE.matcher(name);
        if (!matcher.matches()) {
            return false;
        }
        boolean ownerLives = ProcessHandle.of(Long.parseLong(matcher.group(1)))
                .filter(ProcessHandle::isAlive)
                .flatMap(owner -> owner.info().command())
                .filter(command -> command.endsWith("java"))
                .isPresent();
        return !ownerLives;
    }

    private static Stream<String> namespaces() {
        if (!Files.isDirectory(NAMED_NAMESPACES)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.list(NAMED_NAMESPACES)) {
            return files.map(file -> file.getFileName().toString()).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A namespace lives as long as a process is in it, and so would its devices. */
    private static void endProcessesIn(List<String> names) {
        Set<Object> keys = names.stream()
                .flatMap(name -> fileKey(NAMED_NAMESPACES.resolve(name)))
                .collect(Collectors.toCollection(() -> new java.util.HashSet<>()));
        Set<Long> ended = new TreeSet<>();
        ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> fileKey(Path.of("/proc", Long.toString(process.pid()), "ns/net"))
                        .anyMatch(keys::contains))
                .forEach(process -> {
                    process.destroyForcibly();
                    ended.add(process.pid());
                });
        ended.forEach(pid ->
                ProcessHandle.of(pid).ifPresent(process -> process.onExit().join()));
    }

    private static Stream<Object> fileKey(Path file) {
        try {
            return Stream.of(Files.getAttribute(file, "unix:ino"));
        } catch (IOException e) {
            // The process or the namespace is gone by now: so there is nothing to find in it.
            return Stream.empty();
        }
    }
}

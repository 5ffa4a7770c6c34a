package dev.hashlb.agent.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The process's open descriptors that this package makes: sockets, TUN queues and namespace files. */
final class Descriptors {
    private Descriptors() {}

    static List<String> open() throws IOException {
        try (var links = Files.list(Path.of("/proc/self/fd"))) {
            return links.filter(Files::isSymbolicLink)
                    .map(Descriptors::target)
                    .filter(each -> each.startsWith("socket:") || each.contains("net"))
                    .sorted()
                    .toList();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }
}

package dev.hashlb.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileWatcherTest {
    private static final Duration QUIET = Duration.ofMillis(20);
    private static final Duration NEVER = Duration.ofDays(1);

    @TempDir
    private Path folder;

    private final AtomicReference<String> last = new AtomicReference<>("");

    @Test
    void writingInPlaceIsNoticed() throws IOException {
        Path file = Files.writeString(folder.resolve("web.yaml"), "one");
        try (FileWatcher watcher = watch(file, NEVER)) {
            assertThat(watcher).isNotNull();
            Files.writeString(file, "two");
            awaitLast("two");
        }
    }

    @Test
    void renameOntoTheFileIsNoticed() throws IOException {
        Path file = Files.writeString(folder.resolve("web.yaml"), "one");
        try (FileWatcher watcher = watch(file, NEVER)) {
            assertThat(watcher).isNotNull();
            Path beside = Files.writeString(folder.resolve("web.yaml.new"), "two");
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            awaitLast("two");
        }
    }

    @Test
    void swappedLinkToAFolderIsNoticed() throws IOException {
        Files.writeString(Files.createDirectory(folder.resolve("..1")).resolve("web.yaml"), "one");
        Files.writeString(Files.createDirectory(folder.resolve("..2")).resolve("web.yaml"), "two");
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
        Path file = Files.createSymbolicLink(folder.resolve("web.yaml"), Path.of("..data/web.yaml"));
        try (FileWatcher watcher = watch(file, NEVER)) {
            assertThat(watcher).isNotNull();
            Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2"));
            Files.move(folder.resolve("..data_tmp"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
            awaitLast("two");
        }
    }

    @Test
    void folderThatComesLaterIsNoticedByLooking() throws IOException {
        Path file = folder.resolve("later/web.yaml");
        try (FileWatcher watcher = watch(file, Duration.ofMillis(20))) {
            assertThat(watcher).isNotNull();
            Files.createDirectory(file.getParent());
            Files.writeString(file, "two");
            awaitLast("two");
        }
    }

    @Test
    void failingHandlerDoesNotEndTheWatch() throws IOException {
        Path file = Files.writeString(folder.resolve("web.yaml"), "one");
        Runnable failing = () -> {
            last.set(read(file));
            throw new IllegalStateException("on purpose");
        };
        try (FileWatcher watcher = FileWatcher.start(List.of(file), NEVER, QUIET, failing)) {
            assertThat(watcher).isNotNull();
            Files.writeString(file, "two");
            awaitLast("two");
            Files.writeString(file, "three");
            awaitLast("three");
        }
    }

    private FileWatcher watch(Path file, Duration poll) throws IOException {
        return FileWatcher.start(List.of(file), poll, QUIET, () -> last.set(read(file)));
    }

    private void awaitLast(String expected) {
        await().atMost(Duration.ofSeconds(20)).until(() -> last.get().equals(expected));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "unreadable";
        }
    }
}

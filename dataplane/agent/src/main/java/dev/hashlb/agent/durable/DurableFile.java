package dev.hashlb.agent.durable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;

/** Writes files whole or not at all, each in the place of the one before. */
public final class DurableFile {
    private DurableFile() {}

    /**
     * Puts a new file in the place of one, on disk when this returns: a crash at any moment leaves either it or the one before.
     * One writer a file.
     *
     * @param file in a folder that exists; {@code file + ".new"} is used on the way
     * @param attributes of the new file, from its first byte on
     * @throws IOException if the system does not let it; then the one before is still there
     */
    public static void replace(Path file, byte[] content, FileAttribute<?>... attributes) throws IOException {
        write(file, content, true, attributes);
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true); // rename(2) is not on disk before the folder is: fsync(2)
        }
    }

    /**
     * As {@link #replace}, for what means nothing after the next boot: a process that is killed leaves one of the two files whole, but the
     * disk is not waited for. If the system itself crashes, the file may be empty afterwards, or hold NUL bytes.
     */
    public static void replaceForThisBoot(Path file, byte[] content) throws IOException {
        write(file, content, false);
    }

    private static void write(Path file, byte[] content, boolean synced, FileAttribute<?>... attributes)
            throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(beside); // a crash may have left one, with attributes of its own
        try (FileChannel out =
                FileChannel.open(beside, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            if (synced) {
                out.force(true);
            }
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }
}

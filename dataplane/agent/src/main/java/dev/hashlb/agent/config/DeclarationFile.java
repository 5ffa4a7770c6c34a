package dev.hashlb.agent.config;

import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TunnelKey;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** The file of documents. */
public final class DeclarationFile {
    private DeclarationFile() {}

    /**
     * Reads and judges a file. One that is not there, or is no text, is a mistake like any other.
     *
     * @throws IOException if the system does not let the file be read
     */
    public static FileCheck check(Path file, Snapshot before, List<TunnelKey> keys) throws IOException {
        if (Files.isDirectory(file)) {
            return DeclarationText.refused("is a directory; name the file in it", 0);
        }
        try {
            return DeclarationText.check(Files.readString(file), before, keys);
        } catch (NoSuchFileException e) {
            return DeclarationText.refused("is not there", 0);
        } catch (CharacterCodingException e) {
            return DeclarationText.refused("is not a text in UTF-8", 0);
        }
    }
}

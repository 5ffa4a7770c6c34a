package dev.hashlb.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.snapshot.TunnelKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileTest {
    private static final String HEX = "000102030405060708090a0b0c0d0e0f";

    @TempDir
    private Path folder;

    @Test
    void keysAreLittleEndianWordsWithTheirIds() throws IOException {
        KeyFile.KeyCheck check =
                check("# new\n 7:" + HEX + " # rotated today\n\n" + HEX.toUpperCase(Locale.ROOT) + "\n");

        assertThat(check.findings()).isEmpty();
        assertThat(check.keys())
                .containsExactly(
                        new TunnelKey(7, 0x0706050403020100L, 0x0f0e0d0c0b0a0908L),
                        new TunnelKey(0, 0x0706050403020100L, 0x0f0e0d0c0b0a0908L));
    }

    @Test
    void mistakesNameTheLineAndNeverTheKey() throws IOException {
        KeyFile.KeyCheck check = check(HEX + "00\n256:" + HEX + "\n1:" + HEX + "\n1:" + HEX + "\n");

        assertThat(check.keys()).isEmpty();
        assertThat(check.findings())
                .extracting(f -> f.finding().toString())
                .hasSize(3)
                .noneMatch(m -> m.contains("0001020304"))
                .anyMatch(m -> m.contains("line 1 is not a key"))
                .anyMatch(m -> m.contains("line 2 has the id 256"))
                .anyMatch(m -> m.contains("gives both keys the id 1"));
    }

    @Test
    void atMostTwoKeysAndAtLeastOne() throws IOException {
        assertThat(check("1:" + HEX + "\n2:" + HEX + "\n3:" + HEX + "\n").keys())
                .isEmpty();
        assertThat(check("# none\n").findings()).hasSize(1);
        assertThat(KeyFile.check(folder.resolve("missing")).findings()).hasSize(1);
    }

    @Test
    void readableByOthersIsWarnedOf() throws IOException {
        Path file = Files.writeString(folder.resolve("open"), HEX);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        KeyFile.KeyCheck check = KeyFile.check(file);

        assertThat(check.keys()).hasSize(1);
        assertThat(check.findings()).hasSize(1).noneMatch(LocatedFinding::isMistake);
    }

    private KeyFile.KeyCheck check(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("keys"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return KeyFile.check(file);
    }
}

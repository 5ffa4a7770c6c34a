package dev.hashlb.agent.config;

import dev.hashlb.core.declare.Findings;
import dev.hashlb.core.declare.Place;
import dev.hashlb.core.snapshot.TunnelKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file with the tunnel's keys: one a line, {@code ID:HEX} or {@code HEX} (id 0), with 32 hexadecimal digits for 16 bytes
 * and an id from 0 to 255; {@code #} begins a comment. Packets are tagged with the first; both of two are accepted. The id
 * goes with the key, so nodes may list the same two keys in different orders while keys are changed.
 */
public final class KeyFile {
    private static final Pattern KEY = Pattern.compile("(?:(\\d{1,3}):)?([0-9a-fA-F]{32})");
    private static final int MOST_KEYS = 2;
    private static final int GREATEST_ID = 255;
    private static final String LABEL = "key file";
    private static final Set<PosixFilePermission> FOR_OTHERS =
            Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);

    private final Findings findings = new Findings();
    private final List<TunnelKey> keys = new ArrayList<>();

    private KeyFile() {}

    /**
     * @param keys empty if there is any mistake
     * @param findings never repeat what may be a key
     */
    public record KeyCheck(List<TunnelKey> keys, List<LocatedFinding> findings) {
        public KeyCheck {
            keys = List.copyOf(keys);
            findings = List.copyOf(findings);
        }
    }

    /** @throws IOException if the system does not let the file be read */
    public static KeyCheck check(Path file) throws IOException {
        KeyFile reader = new KeyFile();
        Place whole = Place.of(-1, LABEL + " " + file);
        try {
            reader.read(Files.readAllLines(file), whole);
            reader.warnOfReaders(file, whole);
        } catch (NoSuchFileException e) {
            reader.findings.mistake(whole, null, "is not there", "make one with: openssl rand -hex 16 > " + file);
        } catch (CharacterCodingException e) {
            reader.findings.mistake(whole, null, "is not a text", "write lines of 32 hexadecimal digits");
        }
        return new KeyCheck(
                reader.findings.hasMistakes() ? List.of() : reader.keys,
                reader.findings.list().stream()
                        .map(f -> new LocatedFinding(f, 0))
                        .toList());
    }

    private void read(List<String> lines, Place whole) {
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replaceFirst("#.*", "").strip();
            if (!line.isEmpty()) {
                readKey(line, new Place(whole.document(), whole.label(), "line " + (i + 1)));
            }
        }
        if (keys.size() > MOST_KEYS) {
            String problem = "has " + keys.size() + " keys";
            findings.mistake(
                    whole, null, problem, "keep at most " + MOST_KEYS + ": the new one first, the old one second");
        }
        if (keys.isEmpty() && !findings.hasMistakes()) {
            findings.mistake(whole, null, "has no key", "write one line of 32 hexadecimal digits");
        }
        if (keys.size() == MOST_KEYS && keys.getFirst().id() == keys.getLast().id()) {
            findings.mistake(
                    whole,
                    null,
                    "gives both keys the id " + keys.getFirst().id(),
                    "write them as ID:HEX with different ids");
        }
    }

    private void readKey(String line, Place place) {
        Matcher key = KEY.matcher(line);
        if (!key.matches()) {
            findings.mistake(place, null, "is not a key", "write 32 hexadecimal digits, or ID:HEX");
            return;
        }
        int id = key.group(1) == null ? 0 : Integer.parseInt(key.group(1));
        if (id > GREATEST_ID) {
            findings.mistake(place, null, "has the id " + id, "write an id from 0 to " + GREATEST_ID);
            return;
        }
        ByteBuffer bytes =
                ByteBuffer.wrap(HexFormat.of().parseHex(key.group(2))).order(ByteOrder.LITTLE_ENDIAN);
        keys.add(new TunnelKey(id, bytes.getLong(), bytes.getLong()));
    }

    private void warnOfReaders(Path file, Place whole) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        Set<PosixFilePermission> granted = Files.getPosixFilePermissions(file);
        if (FOR_OTHERS.stream().anyMatch(granted::contains)) {
            findings.warning(whole, null, "can be read by others", "run: chmod 600 " + file);
        }
    }
}

package dev.hashlb.operator.identity;

import dev.hashlb.operator.identity.SecretStore.Stored;
import dev.hashlb.operator.push.VersionReservations;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Reserves snapshot versions in an entry of a Secret: the first version that nobody has reserved yet. */
public final class StoredVersions implements VersionReservations {
    private static final String ENTRY = "nextVersion";
    private static final int MAX_ATTEMPTS = 10;

    private final SecretStore secrets;
    private final String name;

    public StoredVersions(SecretStore secrets, String name) {
        this.secrets = secrets;
        this.name = name;
    }

    @Override
    public long reserve(long atLeast, int count) {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Optional<Stored> stored = secrets.read(name);
            Map<String, String> data = new HashMap<>(stored.map(Stored::data).orElse(Map.of()));
            long first = Math.max(Math.max(1, atLeast), parse(data.getOrDefault(ENTRY, "0")));
            data.put(ENTRY, Long.toString(first + count));
            if (secrets.write(name, stored, data)) {
                return first;
            }
        }
        throw new IllegalStateException(
                "Secret " + name + " was changed by others " + MAX_ATTEMPTS + " times in a row; who writes it?");
    }

    private long parse(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalStateException(
                    "Secret " + name + ", entry " + ENTRY + ": \"" + text + "\" is not a number; delete the entry", e);
        }
    }
}

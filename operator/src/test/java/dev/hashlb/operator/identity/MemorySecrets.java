package dev.hashlb.operator.identity;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Secrets with the API server's optimistic locking, in memory. */
final class MemorySecrets implements SecretStore {
    private final Map<String, Stored> stored = new HashMap<>();
    private long version;

    @Override
    public synchronized Optional<Stored> read(String name) {
        return Optional.ofNullable(stored.get(name));
    }

    @Override
    public synchronized boolean write(String name, Optional<Stored> expected, Map<String, String> data) {
        String is = stored.containsKey(name) ? stored.get(name).resourceVersion() : "";
        if (!is.equals(expected.map(Stored::resourceVersion).orElse(""))) {
            return false;
        }
        stored.put(name, new Stored(data, Long.toString(++version)));
        return true;
    }
}

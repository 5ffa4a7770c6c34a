package dev.hashlb.operator.identity;

import java.util.Map;
import java.util.Optional;

/**
 * The operator's own Secrets, with optimistic locking: of two replicas that write at once, one writes and one reads again.
 * Blocks. Failures of the API server come out as unchecked exceptions of its client.
 */
public interface SecretStore {
    /**
     * A Secret's content.
     *
     * @param data texts by key
     * @param resourceVersion what {@link #write} needs to replace exactly this
     */
    record Stored(Map<String, String> data, String resourceVersion) {
        public Stored {
            data = Map.copyOf(data);
        }

        /** Never shows the data. */
        @Override
        public String toString() {
            return "Stored[" + data.keySet() + ", resourceVersion=" + resourceVersion + "]";
        }
    }

    Optional<Stored> read(String name);

    /**
     * Replaces a Secret's content, or makes the Secret.
     *
     * @param expected what was read before; empty: there was none
     * @return false if it has changed since; then nothing was written
     */
    boolean write(String name, Optional<Stored> expected, Map<String, String> data);
}

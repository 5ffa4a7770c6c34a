package dev.hashlb.operator.identity;

import dev.hashlb.core.snapshot.TunnelKey;
import dev.hashlb.operator.identity.SecretStore.Stored;
import dev.hashlb.operator.identity.TunnelKeyRing.Schedule;
import dev.hashlb.operator.push.Coverage;
import dev.hashlb.operator.push.KeySupply;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the tunnel keys in a Secret and takes their rotation's steps; only the leader's does. {@link #keys} never blocks, the
 * rest does.
 */
public final class TunnelKeyKeeper implements KeySupply {
    private static final Logger log = LoggerFactory.getLogger(TunnelKeyKeeper.class);

    /** Entries of the Secret. */
    private static final String KEYS = "keys";

    private static final String SINCE = "since";
    private static final String NEWEST = "newest";

    private final SecretStore secrets;
    private final String name;
    private final Schedule schedule;
    private final SecureRandom random = new SecureRandom();
    private volatile @Nullable TunnelKeyRing ring;

    public TunnelKeyKeeper(SecretStore secrets, String name, Schedule schedule) {
        this.secrets = secrets;
        this.name = name;
        this.schedule = schedule;
    }

    @Override
    public List<TunnelKey> keys() {
        TunnelKeyRing current = ring;
        if (current == null) {
            throw new IllegalStateException("the tunnel keys were not read yet");
        }
        return current.keys();
    }

    /** Reads the keys, or makes the first. To be called whenever this replica begins to lead: another one may have changed them. */
    public synchronized void load(Instant now) {
        Optional<Stored> stored = secrets.read(name);
        if (stored.isPresent() && stored.get().data().containsKey(KEYS)) {
            ring = parse(stored.get().data());
            return;
        }
        TunnelKeyRing first = TunnelKeyRing.first(now, random::nextLong);
        if (!secrets.write(name, stored, merged(stored, first))) {
            throw new IllegalStateException("Secret " + name + " was changed by another replica; it is read again");
        }
        ring = first;
    }

    /**
     * Takes the next step if it is due. Stored before it is used, so that a restart goes on from there.
     *
     * @param coverage how far the present keys have come
     * @return whether the keys have changed
     */
    public synchronized boolean step(Instant now, Coverage coverage) {
        TunnelKeyRing current = Objects.requireNonNull(ring, "the tunnel keys were not read yet");
        Optional<TunnelKeyRing> next = current.next(
                now,
                schedule,
                coverage.version() != 0 && coverage.behind().isEmpty(),
                coverage.absent().isEmpty(),
                random::nextLong);
        if (next.isEmpty()) {
            return false;
        }
        Optional<Stored> stored = secrets.read(name);
        if (stored.isEmpty()
                || !parse(stored.get().data()).equals(current)
                || !secrets.write(name, stored, merged(stored, next.get()))) {
            log.warn("Secret {} was changed by another: no step of the tunnel keys' rotation is taken", name);
            return false;
        }
        ring = next.get();
        log.info("tunnel keys are now {}, the first tags", next.get().keys());
        return true;
    }

    private static Map<String, String> merged(Optional<Stored> stored, TunnelKeyRing ring) {
        Map<String, String> data = new HashMap<>(stored.map(Stored::data).orElse(Map.of()));
        StringBuilder keys = new StringBuilder();
        for (TunnelKey key : ring.keys()) {
            // Unsigned words in hexadecimal; what reads it is parse() alone.
            keys.append(key.id())
                    .append(':')
                    .append(Long.toHexString(key.low()))
                    .append(':')
                    .append(Long.toHexString(key.high()))
                    .append('\n');
        }
        data.put(KEYS, keys.toString());
        data.put(SINCE, ring.since().toString());
        data.put(NEWEST, Integer.toString(ring.newest()));
        return data;
    }

    private TunnelKeyRing parse(Map<String, String> data) {
        try {
            List<TunnelKey> keys = Arrays.stream(
                            Objects.requireNonNull(data.get(KEYS)).split("\n"))
                    .map(line -> line.split(":"))
                    .map(parts -> new TunnelKey(
                            Integer.parseInt(parts[0]),
                            Long.parseUnsignedLong(parts[1], 16),
                            Long.parseUnsignedLong(parts[2], 16)))
                    .toList();
            return new TunnelKeyRing(
                    keys,
                    Instant.parse(Objects.requireNonNull(data.get(SINCE))),
                    Integer.parseInt(Objects.requireNonNull(data.get(NEWEST))));
        } catch (RuntimeException e) {
            // The cause might quote a key.
            throw new IllegalStateException("Secret " + name + " holds no tunnel keys that can be read ("
                    + e.getClass().getSimpleName() + "); delete its entry \"keys\" to begin with new ones");
        }
    }
}

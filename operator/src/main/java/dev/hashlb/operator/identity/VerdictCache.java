package dev.hashlb.operator.identity;

import dev.hashlb.operator.push.TokenVerdict;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Accepted tokens of the last few seconds, by their SHA-256: a data plane that asks for its certificate opens its stream right
 * after. The API server itself takes about as long to forget a token whose account is gone. Bounded.
 */
final class VerdictCache {
    private static final long LIFETIME_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MAX_ENTRIES = 4096;

    private record Entry(TokenVerdict verdict, long atNanos) {}

    private final LongSupplier clock;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    VerdictCache(LongSupplier clock) {
        this.clock = clock;
    }

    synchronized Optional<TokenVerdict> get(String token) {
        Entry entry = entries.get(hash(token));
        return entry != null && clock.getAsLong() - entry.atNanos < LIFETIME_NANOS
                ? Optional.of(entry.verdict)
                : Optional.empty();
    }

    /** Remembers that a token is good; what is not good may become so, and is asked again. */
    synchronized void put(String token, TokenVerdict verdict) {
        if (!(verdict instanceof TokenVerdict.Accepted)) {
            return;
        }
        String key = hash(token);
        entries.remove(key);
        entries.put(key, new Entry(verdict, clock.getAsLong()));
        if (entries.size() > MAX_ENTRIES) {
            entries.remove(entries.keySet().iterator().next());
        }
    }

    private static String hash(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}

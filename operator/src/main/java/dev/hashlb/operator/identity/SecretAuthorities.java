package dev.hashlb.operator.identity;

import dev.hashlb.operator.identity.Authorities.Lifetimes;
import dev.hashlb.operator.identity.SecretStore.Stored;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Authorities that the operator makes itself, keeps in a Secret and renews. All replicas may do so at once. */
public final class SecretAuthorities implements AuthoritySource {
    private static final Logger log = LoggerFactory.getLogger(SecretAuthorities.class);
    private static final int MAX_ATTEMPTS = 10;

    private static final String CERTIFICATE = ".crt";
    private static final String KEY = ".key";
    private static final String CURRENT = "current";
    private static final String NEXT = "next";
    private static final String PREVIOUS = "previous";
    private static final String SINCE = "since";

    private final SecretStore secrets;
    private final String name;
    private final Lifetimes lifetimes;

    public SecretAuthorities(SecretStore secrets, String name, Lifetimes lifetimes) {
        this.secrets = secrets;
        this.name = name;
        this.lifetimes = lifetimes;
    }

    @Override
    public Authorities refresh(Instant now) {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Optional<Stored> stored = secrets.read(name);
            Optional<Authorities> before =
                    stored.map(Stored::data).filter(d -> !d.isEmpty()).map(this::parse);
            Authorities after =
                    before.map(a -> a.at(now, lifetimes)).orElseGet(() -> Authorities.first(now, lifetimes));
            if (before.isPresent() && before.get().equals(after)) {
                return after;
            }
            if (secrets.write(name, stored, format(after))) {
                log.info("authorities are now: signing {}, announced {}", after.current(), after.next());
                return after;
            }
            // Another replica was faster: its authorities count.
        }
        throw new IllegalStateException(
                "Secret " + name + " was changed by others " + MAX_ATTEMPTS + " times in a row; who writes it?");
    }

    private static Map<String, String> format(Authorities authorities) {
        Map<String, String> data = new HashMap<>();
        put(data, CURRENT, authorities.current());
        authorities.next().ifPresent(next -> put(data, NEXT, next));
        authorities
                .previous()
                .ifPresent(previous -> data.put(PREVIOUS + CERTIFICATE, Pem.certificates(List.of(previous))));
        data.put(SINCE, authorities.since().toString());
        return data;
    }

    private static void put(Map<String, String> data, String which, Authority authority) {
        data.put(which + CERTIFICATE, Pem.certificates(List.of(authority.certificate())));
        data.put(which + KEY, Pem.key(authority.key()));
    }

    private Authorities parse(Map<String, String> data) {
        try {
            return new Authorities(
                    data.containsKey(NEXT + KEY) ? Optional.of(authority(data, NEXT)) : Optional.empty(),
                    authority(data, CURRENT),
                    Optional.ofNullable(data.get(PREVIOUS + CERTIFICATE)).map(SecretAuthorities::certificate),
                    Instant.parse(data.getOrDefault(SINCE, Instant.EPOCH.toString())));
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "Secret " + name
                            + " holds no authority that can be read; expected current.crt and current.key in PEM;"
                            + " delete it to get a new authority (data planes then need the new hashlb-ca)",
                    e);
        }
    }

    private static Authority authority(Map<String, String> data, String which) {
        return new Authority(
                certificate(Objects.requireNonNull(data.get(which + CERTIFICATE), which + CERTIFICATE + " is missing")),
                Pem.key(Objects.requireNonNull(data.get(which + KEY), which + KEY + " is missing")));
    }

    private static X509Certificate certificate(String text) {
        return Pem.certificates(text).getFirst();
    }
}

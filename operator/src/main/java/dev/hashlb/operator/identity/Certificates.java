package dev.hashlb.operator.identity;

import dev.hashlb.operator.push.CertificateIssuer;
import dev.hashlb.operator.push.ServerTls;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the authorities are good for now: the server's certificate, the trust in data planes', and new ones for them.
 * {@link #refresh} changes it under running streams, which do not notice: TLS looks only at a handshake.
 */
public final class Certificates implements ServerTls, CertificateIssuer {
    private static final Logger log = LoggerFactory.getLogger(Certificates.class);

    /** How long a data plane's certificate lasts; it asks for the next after two thirds. */
    public static final Duration NODE_LIFETIME = Duration.ofHours(24);

    private static final Duration SERVER_LIFETIME = Duration.ofDays(7);

    private record State(Authorities authorities, ServerIdentity server, X509ExtendedTrustManager trust) {}

    private final List<String> serverNames;
    private final Clock clock;
    private final Duration nodeLifetime;
    private final CurrentKeyManager keyManager;
    private final CurrentTrustManager trustManager;
    private volatile @Nullable State state;

    /**
     * Begins with nothing: {@link #refresh} first.
     *
     * @param serverNames DNS names that data planes may dial
     */
    public Certificates(List<String> serverNames, Clock clock, Duration nodeLifetime) {
        this.serverNames = List.copyOf(serverNames);
        this.clock = clock;
        this.nodeLifetime = nodeLifetime;
        this.keyManager = new CurrentKeyManager(() -> state().server);
        this.trustManager = new CurrentTrustManager(() -> state().trust);
    }

    /** Takes authorities over, and renews the server's certificate where two thirds of its life are over or its signer has changed. */
    public synchronized void refresh(Authorities authorities) {
        State before = state;
        Instant now = clock.instant();
        if (before != null && before.authorities.equals(authorities) && !before.server.isDue(now)) {
            return;
        }
        Authority signer = authorities.current();
        ServerIdentity server =
                before != null && before.authorities.current().equals(signer) && !before.server.isDue(now)
                        ? before.server
                        : newServer(signer, now);
        state = new State(authorities, server, trust(authorities.trusted()));
    }

    private ServerIdentity newServer(Authority signer, Instant now) {
        KeyPair pair = Authority.newKey();
        X509Certificate certificate = signer.signServer(pair.getPublic(), serverNames, now, SERVER_LIFETIME);
        log.info("the server's certificate for {} is valid until {}", serverNames, certificate.getNotAfter());
        return new ServerIdentity(pair.getPrivate(), certificate);
    }

    private State state() {
        State current = state;
        if (current == null) {
            throw new IllegalStateException("no authority was read yet");
        }
        return current;
    }

    private static X509ExtendedTrustManager trust(List<X509Certificate> authorities) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("authority-" + i, authorities.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager extended) {
                    return extended;
                }
            }
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalStateException("the authorities cannot be trusted", e);
        }
        throw new IllegalStateException("this Java has no PKIX trust manager");
    }

    @Override
    public X509ExtendedKeyManager keyManager() {
        return keyManager;
    }

    @Override
    public X509ExtendedTrustManager trustManager() {
        return trustManager;
    }

    @Override
    public Optional<String> nodeOf(X509Certificate certificate) {
        return NodeName.of(certificate);
    }

    @Override
    public List<byte[]> issue(String node, byte[] pkcs10) throws RefusedRequestException {
        try {
            return List.of(state().authorities
                    .current()
                    .signNode(CertificateRequests.publicKey(pkcs10), node, clock.instant(), nodeLifetime)
                    .getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of our own cannot be encoded", e);
        }
    }
}

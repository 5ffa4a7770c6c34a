package dev.hashlb.operator.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/** The server's key, which never leaves memory, and its certificate. */
record ServerIdentity(PrivateKey key, X509Certificate certificate) {
    /** Whether two thirds of its life are over. */
    boolean isDue(Instant now) {
        Instant begin = certificate.getNotBefore().toInstant();
        Duration life = Duration.between(begin, certificate.getNotAfter().toInstant());
        return !now.isBefore(begin.plus(life.multipliedBy(2).dividedBy(3)));
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "ServerIdentity[until " + certificate.getNotAfter() + "]";
    }
}

package dev.hashlb.agent.control;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The certificate by which this node proves itself, with its key; both in memory only.
 *
 * @param chain its own certificate first
 */
record NodeCertificate(PrivateKey key, List<X509Certificate> chain) {
    NodeCertificate {
        chain = List.copyOf(chain);
    }

    /** A new key, to ask a certificate for. */
    static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has EC P-256", e);
        }
    }

    /**
     * Reads what was issued.
     *
     * @param chainDer certificates in DER, our own first
     * @throws IOException if it is no certificate for this key that is in force now
     */
    static NodeCertificate of(KeyPair keys, List<byte[]> chainDer, Instant now) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (byte[] der : chainDer) {
                chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("the operator issued what is no certificate: " + e.getMessage(), e);
        }
        if (chain.isEmpty()) {
            throw new IOException("the operator issued no certificate");
        }
        X509Certificate own = chain.getFirst();
        if (!own.getPublicKey().equals(keys.getPublic())) {
            throw new IOException("the operator issued a certificate for another key");
        }
        NodeCertificate certificate = new NodeCertificate(keys.getPrivate(), chain);
        if (!now.isBefore(certificate.notAfter())) {
            throw new IOException("the operator issued a certificate that ended at " + certificate.notAfter()
                    + "; compare the clocks of this node and the operator's");
        }
        return certificate;
    }

    Instant notAfter() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    /** When to ask for the next one: two thirds of its life are over. */
    Instant renewAt() {
        Instant notBefore = chain.getFirst().getNotBefore().toInstant();
        return notBefore.plus(
                Duration.between(notBefore, notAfter()).multipliedBy(2).dividedBy(3));
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "NodeCertificate[until " + notAfter() + "]";
    }
}

package dev.hashlb.operator.identity;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority: its certificate and private key. Signs ECDSA with SHA-256.
 *
 * @param certificate with basicConstraints CA
 * @param key its private key, EC P-256 when made here
 */
public record Authority(X509Certificate certificate, PrivateKey key) {
    /** Clocks of nodes and operator may differ by this much; certificates begin so much earlier. */
    static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * Makes a new one with a key of its own, self-signed.
     *
     * @param name the subject's common name; distinct for each, so that chains cannot be confused
     */
    public static Authority create(String name, Instant now, Duration lifetime) {
        KeyPair pair = newKey();
        X500Principal subject = new X500Principal("CN=" + name + ", O=hashlb.dev");
        X509Certificate certificate = sign(
                subject, pair.getPrivate(), subject, pair.getPublic(), now, now.plus(lifetime), (builder, tools) -> {
                    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
                    builder.addExtension(
                            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
                    builder.addExtension(
                            Extension.subjectKeyIdentifier, false, tools.createSubjectKeyIdentifier(pair.getPublic()));
                });
        return new Authority(certificate, pair.getPrivate());
    }

    /** A new EC P-256 key pair. */
    static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no EC P-256 keys", e);
        }
    }

    /** The certificate of a server with these DNS names, the first of which is its common name. */
    X509Certificate signServer(PublicKey key, List<String> dnsNames, Instant now, Duration lifetime) {
        GeneralName[] names = dnsNames.stream()
                .map(name -> new GeneralName(GeneralName.dNSName, name))
                .toArray(GeneralName[]::new);
        return signLeaf(
                new X500Principal("CN=" + dnsNames.getFirst() + ", O=hashlb.dev"),
                key,
                new GeneralNames(names),
                KeyPurposeId.id_kp_serverAuth,
                now,
                lifetime);
    }

    /** The certificate of a node's data plane. */
    X509Certificate signNode(PublicKey key, String node, Instant now, Duration lifetime) {
        return signLeaf(
                // The name stands in the URI alone: a common name has at most 64 characters, a node's name 253.
                new X500Principal("CN=hashlb-dataplane, O=hashlb.dev"),
                key,
                new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, NodeName.toUri(node))),
                KeyPurposeId.id_kp_clientAuth,
                now,
                lifetime);
    }

    private X509Certificate signLeaf(
            X500Principal subject,
            PublicKey leafKey,
            GeneralNames names,
            KeyPurposeId purpose,
            Instant now,
            Duration lifetime) {
        Instant ownEnd = certificate.getNotAfter().toInstant();
        Instant end = now.plus(lifetime);
        return sign(
                certificate.getSubjectX500Principal(),
                key,
                subject,
                leafKey,
                now,
                end.isAfter(ownEnd) ? ownEnd : end,
                (builder, tools) -> {
                    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
                    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
                    builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
                    builder.addExtension(Extension.subjectAlternativeName, false, names);
                    builder.addExtension(
                            Extension.authorityKeyIdentifier, false, tools.createAuthorityKeyIdentifier(certificate));
                });
    }

    private interface Extensions {
        void add(JcaX509v3CertificateBuilder builder, JcaX509ExtensionUtils tools)
                throws CertIOException, GeneralSecurityException;
    }

    private static X509Certificate sign(
            X500Principal issuer,
            PrivateKey issuerKey,
            X500Principal subject,
            PublicKey subjectKey,
            Instant now,
            Instant end,
            Extensions extensions) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    new BigInteger(127, RANDOM).setBit(126),
                    Date.from(now.minus(CLOCK_SKEW)),
                    Date.from(end),
                    subject,
                    subjectKey);
            extensions.add(builder, new JcaX509ExtensionUtils());
            String algorithm = issuerKey.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(issuerKey)));
        } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
            throw new IllegalStateException("a certificate for " + subject + " cannot be signed by " + issuer, e);
        }
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "Authority[" + certificate.getSubjectX500Principal() + ", until " + certificate.getNotAfter() + "]";
    }
}

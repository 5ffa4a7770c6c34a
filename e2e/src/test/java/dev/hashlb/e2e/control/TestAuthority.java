package dev.hashlb.e2e.control;

import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** A certificate authority of a test's own: EC P-256, ECDSA with SHA-256, as docs/protocol.md says of the operator's. */
final class TestAuthority {
    /** Begins the URI by which a node is certified. */
    static final String NODE_URI = "spiffe://hashlb.dev/node/";

    private static final X500Principal NAME = new X500Principal("CN=authority of a test");

    private final KeyPair keys = newKeys();
    private final X509Certificate certificate;
    private long serial;

    TestAuthority() {
        certificate = sign(keys.getPublic(), NAME, Duration.ofDays(1), Extension.basicConstraints, constraints());
    }

    private static BasicConstraints constraints() {
        return new BasicConstraints(0);
    }

    static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has EC P-256", e);
        }
    }

    X509Certificate certificate() {
        return certificate;
    }

    String pem() {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(certificate);
        } catch (java.io.IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    X509Certificate server(PublicKey key, String dnsName) {
        return sign(
                key,
                new X500Principal("CN=" + dnsName),
                Duration.ofHours(1),
                Extension.subjectAlternativeName,
                new GeneralNames(new GeneralName(GeneralName.dNSName, dnsName)));
    }

    /**
     * A node's certificate.
     *
     * @param pkcs10 a request in DER, whose signature is checked
     * @param life from now on, in whole seconds
     */
    X509Certificate node(byte[] pkcs10, String node, Duration life) {
        try {
            JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(pkcs10);
            PublicKey key = request.getPublicKey();
            if (!request.isSignatureValid(
                    new org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder().build(key))) {
                throw new IllegalArgumentException("the request is not signed by its own key");
            }
            return sign(
                    key,
                    new X500Principal("CN=a data plane"),
                    life,
                    Extension.subjectAlternativeName,
                    new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, NODE_URI + node)));
        } catch (GeneralSecurityException | OperatorCreationException | PKCSException | java.io.IOException e) {
            throw new IllegalArgumentException("not a certificate request", e);
        }
    }

    private synchronized X509Certificate sign(
            PublicKey subjectKey,
            X500Principal subject,
            Duration life,
            org.bouncycastle.asn1.ASN1ObjectIdentifier extension,
            org.bouncycastle.asn1.ASN1Encodable value) {
        Instant now = Instant.now();
        PrivateKey own = keys.getPrivate();
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    NAME, BigInteger.valueOf(++serial), Date.from(now), Date.from(now.plus(life)), subject, subjectKey);
            builder.addExtension(extension, extension.equals(Extension.basicConstraints), value);
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(own)));
        } catch (GeneralSecurityException | OperatorCreationException | java.io.IOException e) {
            throw new IllegalStateException("cannot sign a certificate for " + subject, e);
        }
    }
}

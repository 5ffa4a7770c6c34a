package dev.hashlb.operator.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An authority that somebody else makes: the folder is what the kubelet makes of a Secret of type {@code kubernetes.io/tls}. */
class FileAuthoritiesTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration LEAF = Duration.ofDays(7);

    @TempDir
    private Path folder;

    private void place(Authority authority) throws IOException {
        Files.writeString(folder.resolve("tls.crt"), Pem.certificates(List.of(authority.certificate())));
        Files.writeString(folder.resolve("tls.key"), Pem.key(authority.key()));
    }

    @Test
    void aRenewedAuthoritySignsAtOnceAndTheFormerIsTrustedAsLongAsWhatItSigned() throws IOException {
        Authority first = Authority.create("first", BEGIN, Duration.ofDays(90));
        place(first);
        FileAuthorities source = new FileAuthorities(folder, LEAF);
        assertThat(source.refresh(BEGIN).trusted()).containsExactly(first.certificate());

        Authority second = Authority.create("second", BEGIN, Duration.ofDays(90));
        place(second);
        Instant renewed = BEGIN.plus(Duration.ofDays(60));
        Authorities after = source.refresh(renewed);
        assertThat(after.current()).isEqualTo(second);
        assertThat(after.trusted()).containsExactly(second.certificate(), first.certificate());
        assertThat(source.refresh(renewed.plus(LEAF).minusSeconds(1))).isEqualTo(after);
        assertThat(source.refresh(renewed.plus(LEAF)).trusted()).containsExactly(second.certificate());
    }

    /** RSA as PKCS#1 is what cert-manager writes if nobody says otherwise. */
    @Test
    void anRsaAuthorityInPkcs1SignsServersAndNodes() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        X509Certificate certificate = selfSigned(pair, true);
        StringWriter pkcs1 = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(pkcs1)) {
            writer.writeObject(pair.getPrivate());
        }
        assertThat(pkcs1.toString()).startsWith("-----BEGIN RSA PRIVATE KEY-----");
        Files.writeString(folder.resolve("tls.crt"), Pem.certificates(List.of(certificate)));
        Files.writeString(folder.resolve("tls.key"), pkcs1.toString());

        Authority authority = new FileAuthorities(folder, LEAF).refresh(BEGIN).current();
        KeyPair leaf = Authority.newKey();
        X509Certificate server = authority.signServer(leaf.getPublic(), List.of("hashlb-operator"), BEGIN, LEAF);
        server.verify(certificate.getPublicKey());
        X509Certificate node = authority.signNode(leaf.getPublic(), "n1", BEGIN, Duration.ofHours(24));
        node.verify(certificate.getPublicKey());
        assertThat(NodeName.of(node)).contains("n1");
    }

    @Test
    void whatIsNoAuthorityIsRefusedWithWhatToDo() throws Exception {
        FileAuthorities source = new FileAuthorities(folder, LEAF);
        assertThatThrownBy(() -> source.refresh(BEGIN))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("tls.crt");

        KeyPair pair = Authority.newKey();
        Files.writeString(folder.resolve("tls.crt"), Pem.certificates(List.of(selfSigned(pair, false))));
        Files.writeString(folder.resolve("tls.key"), Pem.key(pair.getPrivate()));
        assertThatThrownBy(() -> source.refresh(BEGIN)).hasMessageContaining("isCA: true");

        Authority good = Authority.create("good", BEGIN, Duration.ofDays(90));
        place(good);
        assertThat(source.refresh(BEGIN).current()).isEqualTo(good);
        Files.writeString(folder.resolve("tls.key"), "half a fi");
        assertThatThrownBy(() -> source.refresh(BEGIN)).hasMessageContaining("PEM private key");
        place(good);
        assertThat(source.refresh(BEGIN).trusted())
                .as("what could not be read has changed nothing")
                .containsExactly(good.certificate());
    }

    private static X509Certificate selfSigned(KeyPair pair, boolean authority) throws Exception {
        X500Principal name = new X500Principal("CN=made by another");
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name,
                java.math.BigInteger.TWO,
                Date.from(BEGIN),
                Date.from(BEGIN.plus(Duration.ofDays(90))),
                name,
                pair.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        String algorithm = pair.getPrivate().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(pair.getPrivate())));
    }
}

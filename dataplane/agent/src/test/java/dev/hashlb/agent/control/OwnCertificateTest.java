package dev.hashlb.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Date;
import java.util.Deque;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the next certificate is asked for, by a clock that stands where the test puts it. */
final class OwnCertificateTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration LIFE = Duration.ofHours(24);
    private static final Instant DUE = BEGIN.plus(Duration.ofHours(16));

    private final Deque<NodeCertificate> toIssue = new ArrayDeque<>();
    private Instant now = BEGIN;
    private OwnCertificate own;

    @BeforeEach
    void makeCertificates() throws Exception {
        toIssue.add(certificate(BEGIN));
        toIssue.add(certificate(DUE));
        own = new OwnCertificate(this::issue, () -> now);
    }

    private NodeCertificate issue() throws IOException {
        if (toIssue.isEmpty()) {
            throw new IOException("nobody issues");
        }
        return toIssue.remove();
    }

    private static NodeCertificate certificate(Instant notBefore) throws Exception {
        KeyPair keys = NodeCertificate.newKeys();
        X500Principal name = new X500Principal("CN=test");
        var builder = new JcaX509v3CertificateBuilder(
                name, BigInteger.ONE, Date.from(notBefore), Date.from(notBefore.plus(LIFE)), name, keys.getPublic());
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
        return new NodeCertificate(
                keys.getPrivate(), List.of(new JcaX509CertificateConverter().getCertificate(builder.build(signer))));
    }

    @Test
    void oneServesUntilTwoThirdsOfItsLifeAreOver() throws IOException {
        NodeCertificate first = own.forDialling(true);
        assertThat(own.untilDue()).isEqualTo(Duration.ofHours(16));

        now = DUE.minusNanos(1);
        assertThat(own.forDialling(true)).isSameAs(first);

        now = DUE;
        assertThat(own.untilDue()).isZero();
        assertThat(own.forDialling(true)).isNotSameAs(first);
        assertThat(own.untilDue()).isEqualTo(Duration.ofHours(16));
    }

    /** Who waits as long as it says must not wake up before: the next dial would be with the old one. */
    @Test
    void theWaitForTheNextOneNeverEndsEarly() throws IOException {
        own.forDialling(true);

        for (Duration before : List.of(Duration.ofNanos(1), Duration.ofNanos(999_999), Duration.ofNanos(1_000_001))) {
            now = DUE.minus(before);
            Duration wait = own.untilDue();
            assertThat(wait).isPositive().isEqualTo(Duration.ofMillis(wait.toMillis()));
            assertThat(now.plus(wait)).isAfterOrEqualTo(DUE);
        }
    }

    @Test
    void anOldOneServesOnWhileNoneCanBeHadAndIsTriedAgainSoon() throws IOException {
        NodeCertificate first = own.forDialling(true);
        NodeCertificate second = toIssue.remove();
        now = DUE;

        assertThat(own.forDialling(true)).isSameAs(first);
        assertThat(own.untilDue()).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(1));

        toIssue.add(second);
        now = now.plus(own.untilDue());
        assertThat(own.forDialling(true)).isSameAs(second);
    }

    @Test
    void aFailureIsToldWhereTheOldOneWillNotDo() throws IOException {
        own.forDialling(true);
        toIssue.clear();

        now = DUE;
        assertThatThrownBy(() -> own.forDialling(false)).hasMessage("nobody issues");
        assertThat(own.untilDue()).isZero();

        now = BEGIN.plus(LIFE);
        assertThatThrownBy(() -> own.forDialling(true)).hasMessage("nobody issues");
    }
}

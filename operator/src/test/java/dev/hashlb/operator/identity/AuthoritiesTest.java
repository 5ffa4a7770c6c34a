package dev.hashlb.operator.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.operator.identity.Authorities.Lifetimes;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AuthoritiesTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Lifetimes LIFETIMES =
            new Lifetimes(Duration.ofDays(90), Duration.ofDays(1), Duration.ofDays(7));

    @Test
    void theNextAuthorityIsTrustedBeforeItSignsAndTheOldOneAfterIt() {
        Authorities first = Authorities.first(BEGIN, LIFETIMES);
        assertThat(first.at(BEGIN.plus(Duration.ofDays(59)), LIFETIMES)).isSameAs(first);

        Instant due = BEGIN.plus(Duration.ofDays(60));
        Authorities announced = first.at(due, LIFETIMES);
        assertThat(announced.current()).isEqualTo(first.current());
        X509Certificate next = announced.next().orElseThrow().certificate();
        assertThat(announced.trusted()).containsExactly(first.current().certificate(), next);
        assertThat(announced.at(due.plus(Duration.ofHours(23)), LIFETIMES)).isSameAs(announced);

        Authorities signing = announced.at(due.plus(Duration.ofDays(1)), LIFETIMES);
        assertThat(signing.current().certificate()).isEqualTo(next);
        assertThat(signing.trusted()).containsExactly(next, first.current().certificate());
        assertThat(signing.at(due.plus(Duration.ofDays(7)), LIFETIMES)).isSameAs(signing);

        Authorities alone = signing.at(due.plus(Duration.ofDays(8)), LIFETIMES);
        assertThat(alone.trusted()).containsExactly(next);
    }

    @Test
    void anAuthorityThatHasEndedIsReplacedAtOnce() {
        Authorities first = Authorities.first(BEGIN, LIFETIMES);
        Instant late = BEGIN.plus(Duration.ofDays(200));
        Authorities after = first.at(late, LIFETIMES);
        assertThat(after.current()).isNotEqualTo(first.current());
        assertThat(after.trusted()).containsExactly(after.current().certificate());
    }

    @Test
    void allReplicasGetTheSameAuthorityAndItSurvivesThem() {
        MemorySecrets secrets = new MemorySecrets();
        Authorities one = new SecretAuthorities(secrets, "ca", LIFETIMES).refresh(BEGIN);
        Authorities other = new SecretAuthorities(secrets, "ca", LIFETIMES).refresh(BEGIN.plusSeconds(1));
        assertThat(other).isEqualTo(one);

        Instant due = BEGIN.plus(Duration.ofDays(61));
        Authorities announced = new SecretAuthorities(secrets, "ca", LIFETIMES).refresh(due);
        assertThat(new SecretAuthorities(secrets, "ca", LIFETIMES).refresh(due.plusSeconds(9)))
                .isEqualTo(announced);
        Authorities signing = new SecretAuthorities(secrets, "ca", LIFETIMES).refresh(due.plus(Duration.ofDays(2)));
        assertThat(signing.previous()).contains(one.current().certificate());
    }

    @Test
    void aSecretThatTheChartMadeEmptyIsFilled() {
        MemorySecrets secrets = new MemorySecrets();
        secrets.write("ca", Optional.empty(), Map.of());
        Authorities made = new SecretAuthorities(secrets, "ca", LIFETIMES).refresh(BEGIN);
        assertThat(secrets.read("ca").orElseThrow().data()).containsKeys("current.crt", "current.key");
        assertThat(new SecretAuthorities(secrets, "ca", LIFETIMES).refresh(BEGIN))
                .isEqualTo(made);
    }

    @Test
    void aBrokenSecretIsNotOverwritten() {
        MemorySecrets secrets = new MemorySecrets();
        secrets.write("ca", Optional.empty(), Map.of("current.crt", "rubbish", "current.key", "SECRETSTUFF"));
        SecretAuthorities authorities = new SecretAuthorities(secrets, "ca", LIFETIMES);
        assertThatThrownBy(() -> authorities.refresh(BEGIN))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Secret ca")
                .hasMessageContaining("delete it")
                .hasMessageNotContaining("SECRETSTUFF");
        assertThat(secrets.read("ca").orElseThrow().data()).containsEntry("current.crt", "rubbish");
    }

    @Test
    void pemIsReadBack() {
        Authority authority = Authority.create("test", BEGIN, Duration.ofDays(1));
        assertThat(Pem.key(Pem.key(authority.key()))).isEqualTo(authority.key());
        assertThat(Pem.certificates(Pem.certificates(List.of(authority.certificate()))))
                .containsExactly(authority.certificate());
        assertThat(authority.toString()).doesNotContain("PRIVATE");
    }

    @Test
    void aLeafNeverOutlivesItsAuthority() {
        Authority authority = Authority.create("test", BEGIN, Duration.ofDays(1));
        X509Certificate leaf = authority.signNode(Authority.newKey().getPublic(), "node-1", BEGIN, Duration.ofDays(30));
        assertThat(leaf.getNotAfter()).isEqualTo(authority.certificate().getNotAfter());
        assertThat(NodeName.of(leaf)).contains("node-1");
        assertThat(NodeName.of(authority.certificate())).isEmpty();
    }
}

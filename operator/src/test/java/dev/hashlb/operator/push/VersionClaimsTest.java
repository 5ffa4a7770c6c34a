package dev.hashlb.operator.push;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VersionClaimsTest {
    private static final long NOW = 1_800_000_000_000L;
    private final VersionClaims claims = new VersionClaims(() -> NOW);

    @Test
    void theHighestThatIsBelievedCounts() {
        assertThat(claims.hear("a", NOW + 7)).isTrue();
        assertThat(claims.hear("b", NOW + 5)).isTrue();
        assertThat(claims.hear("c", NOW + 9)).isTrue();
        assertThat(claims.highest()).isEqualTo(NOW + 9);
    }

    @Test
    void aNodeIsFollowedOnceUnderALeader() {
        claims.hear("liar", NOW + 1);
        assertThat(claims.hear("liar", NOW + 2)).isFalse();
        assertThat(claims.hear("liar", NOW + 1)).as("what counts already").isTrue();
        assertThat(claims.highest()).isEqualTo(NOW + 1);
        claims.forget();
        assertThat(claims.highest()).isZero();
        assertThat(claims.hear("liar", NOW + 2)).isTrue();
    }

    @Test
    void noNumberOfNodesGetsBeyondTheReachOfAMillionLeaders() {
        long reach = NOW + VersionClaims.AHEAD_OF_CLOCK;
        for (long tooFar : new long[] {reach + 1, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
            assertThat(claims.hear("liar " + tooFar, tooFar)).isFalse();
        }
        assertThat(claims.highest()).isZero();
        assertThat(claims.hear("a", reach)).isTrue();
        assertThat(Long.MAX_VALUE - claims.highest())
                .as("what is left for ever after")
                .isGreaterThan(1_000_000_000L * Versions.BLOCK);
    }
}

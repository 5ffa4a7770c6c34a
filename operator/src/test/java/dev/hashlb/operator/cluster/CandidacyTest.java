package dev.hashlb.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.operator.cluster.Candidacy.Move;
import dev.hashlb.operator.cluster.LeaderLease.Seen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Replica b, and what it makes of a Lease that a holds. */
class CandidacyTest {
    private final Candidacy b = new Candidacy("b");
    private long nowNanos = Duration.ofDays(1).toNanos();

    private void pass(Duration time) {
        nowNanos += time.toNanos();
    }

    private static boolean answers(String address) {
        return true;
    }

    private static boolean isSilent(String address) {
        return false;
    }

    private Move sees(String holder, String mark, Predicate<String> answers) {
        return b.next(Optional.of(new Seen(holder, "10.0.0.1:9443", mark)), answers, nowNanos);
    }

    private boolean leads() {
        return b.leads(nowNanos);
    }

    @Test
    void takesWhatIsNotThereOrNobodys() {
        assertThat(b.next(Optional.empty(), CandidacyTest::answers, nowNanos)).isEqualTo(Move.TAKE);
        assertThat(sees("", "1", CandidacyTest::answers)).isEqualTo(Move.TAKE);
    }

    @Test
    void waitsWhileTheLeaderRenews() {
        for (int i = 0; i < 100; i++) {
            assertThat(sees("a", "" + i, CandidacyTest::isSilent)).isEqualTo(Move.WAIT);
            pass(Duration.ofMillis(2900));
        }
    }

    @Test
    void takesOverFromALeaderThatIsSilentAndDoesNotAnswer() {
        assertThat(sees("a", "1", CandidacyTest::isSilent)).isEqualTo(Move.WAIT);
        pass(Candidacy.SILENT_AFTER.minusMillis(1));
        assertThat(sees("a", "1", CandidacyTest::isSilent)).isEqualTo(Move.WAIT);
        pass(Duration.ofMillis(1));
        assertThat(sees("a", "1", CandidacyTest::isSilent)).isEqualTo(Move.TAKE);
    }

    @Test
    void asksAtTheAddressThatTheLeaderWroteAndNotBeforeItIsSilent() {
        List<String> asked = new ArrayList<>();
        sees("a", "1", asked::add);
        assertThat(asked).isEmpty();
        pass(Candidacy.SILENT_AFTER);
        sees("a", "1", asked::add);
        assertThat(asked).containsExactly("10.0.0.1:9443");
    }

    @Test
    void aLeaderThatIsSlowIsWaitedForUntilTheLeaseHasExpired() {
        assertThat(sees("a", "1", CandidacyTest::answers)).isEqualTo(Move.WAIT);
        pass(Candidacy.EXPIRED_AFTER.minusMillis(1));
        assertThat(sees("a", "1", CandidacyTest::answers)).isEqualTo(Move.WAIT);
        pass(Duration.ofMillis(1));
        assertThat(sees("a", "1", CandidacyTest::answers)).isEqualTo(Move.TAKE);
    }

    @Test
    void aDeadLeaderIsFollowedWithinFiveSeconds() {
        Duration worst = Candidacy.LOOK_EVERY
                .plus(Candidacy.SILENT_AFTER)
                .plus(Candidacy.LOOK_EVERY)
                .plusMillis(500);
        assertThat(worst).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void leadsFromWhatItWroteUntilItCannotWriteAnyMore() {
        assertThat(leads()).isFalse();
        b.wrote(nowNanos);
        assertThat(leads()).isTrue();
        assertThat(sees("b", "1", CandidacyTest::isSilent)).isEqualTo(Move.RENEW);
        pass(Candidacy.GIVEN_UP_AFTER.minusMillis(1));
        assertThat(leads()).isTrue();
        pass(Duration.ofMillis(1));
        assertThat(leads()).isFalse();
        assertThat(sees("b", "1", CandidacyTest::isSilent))
                .as("nobody has taken it")
                .isEqualTo(Move.RENEW);
        b.wrote(nowNanos);
        assertThat(leads()).isTrue();
    }

    @Test
    void leadsNoMoreWhenAnotherHasTakenIt() {
        b.wrote(nowNanos);
        assertThat(sees("a", "2", CandidacyTest::answers)).isEqualTo(Move.WAIT);
        assertThat(leads()).isFalse();
    }

    @Test
    void givesUpBeforeOthersMayTakeItForExpired() {
        assertThat(Candidacy.GIVEN_UP_AFTER).isLessThan(Candidacy.EXPIRED_AFTER);
    }
}

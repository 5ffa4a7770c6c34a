package dev.hashlb.core.announce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.announce.VipClaim.Conflict;
import dev.hashlb.core.announce.VipClaim.Frame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VipClaimTest {
    private static final int STEP_MS = 50;

    private final List<String> sent = new ArrayList<>();
    private long nowMs = 1_000_000;

    private void run(VipClaim claim, long forMs) {
        long start = nowMs;
        for (; nowMs < start + forMs; nowMs += STEP_MS) {
            for (Frame frame : claim.due(nowMs)) {
                sent.add(frame + " " + (nowMs - 1_000_000));
            }
        }
    }

    @Test
    void aNewVipIsTriedThreeTimesAndThenAnnounced() {
        VipClaim claim = VipClaim.tryFirst(nowMs);
        run(claim, 600);
        assertThat(sent).containsExactly("PROBE 0", "PROBE 200", "PROBE 400");
        assertThat(claim.answers()).isFalse();
        run(claim, 10_000);
        assertThat(claim.answers()).isTrue();
        assertThat(sent.subList(3, sent.size()))
                .containsExactly("ANNOUNCEMENT 600", "ANNOUNCEMENT 800", "ANNOUNCEMENT 1600", "ANNOUNCEMENT 5600");
    }

    @Test
    void aVipOfADeadRouterIsAnnouncedAtOnce() {
        VipClaim claim = VipClaim.takeOver(nowMs);
        assertThat(claim.answers()).isTrue();
        run(claim, 300);
        assertThat(sent).containsExactly("ANNOUNCEMENT 0", "ANNOUNCEMENT 200");
    }

    @Test
    void aVipThatAnotherHostHasIsNotAnnouncedUntilTheHostIsGone() {
        VipClaim claim = VipClaim.tryFirst(nowMs);
        run(claim, 250);
        assertThat(claim.claimedByAnother(nowMs)).isEqualTo(Conflict.GAVE_WAY);
        sent.clear();
        run(claim, VipClaim.TRY_AGAIN_AFTER_MS - STEP_MS);
        assertThat(sent).isEmpty();
        assertThat(claim.gaveWay()).isTrue();
        assertThat(claim.claimedByAnother(nowMs)).isEqualTo(Conflict.KNOWN);
        run(claim, VipClaim.TRY_AGAIN_AFTER_MS);
        assertThat(sent).as("heard again, so it is waited again").isEmpty();
        run(claim, 2_000);
        assertThat(sent).hasSizeGreaterThan(3).first().asString().startsWith("PROBE");
        assertThat(claim.answers()).isTrue();
    }

    @Test
    void aVipIsDefendedOnceInTenSeconds() {
        VipClaim claim = VipClaim.takeOver(nowMs);
        run(claim, 20_000);
        sent.clear();
        assertThat(claim.claimedByAnother(nowMs)).isEqualTo(Conflict.DEFENDED);
        run(claim, VipClaim.DEFEND_INTERVAL_MS + STEP_MS);
        assertThat(sent).first().asString().startsWith("ANNOUNCEMENT");
        assertThat(claim.claimedByAnother(nowMs)).isEqualTo(Conflict.DEFENDED);
        run(claim, VipClaim.DEFEND_INTERVAL_MS - STEP_MS);
        assertThat(claim.claimedByAnother(nowMs)).isEqualTo(Conflict.GAVE_WAY);
        assertThat(claim.answers()).isFalse();
    }
}

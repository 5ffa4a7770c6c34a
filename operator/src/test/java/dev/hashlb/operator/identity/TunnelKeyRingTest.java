package dev.hashlb.operator.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.snapshot.TunnelKey;
import dev.hashlb.operator.identity.TunnelKeyRing.Schedule;
import dev.hashlb.operator.push.Coverage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class TunnelKeyRingTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Schedule SCHEDULE = new Schedule(Duration.ofDays(7), Duration.ofMinutes(10));
    private final LongSupplier random = new Random(20260101)::nextLong;

    private static List<Integer> ids(TunnelKeyRing ring) {
        return ring.keys().stream().map(TunnelKey::id).toList();
    }

    @Test
    void eachStepWaitsForAllNodes() {
        TunnelKeyRing ring = TunnelKeyRing.first(BEGIN, random);
        Instant now = BEGIN.plus(Duration.ofDays(7));
        assertThat(ring.next(now.minusSeconds(1), SCHEDULE, true, true, random)).isEmpty();
        for (List<Integer> expected : List.of(List.of(0, 1), List.of(1, 0), List.of(1))) {
            assertThat(ring.next(now, SCHEDULE, false, true, random)).isEmpty();
            assertThat(ring.next(now, SCHEDULE, false, false, random)).isEmpty();
            TunnelKeyRing next = ring.next(now, SCHEDULE, true, true, random).orElseThrow();
            assertThat(ids(next)).isEqualTo(expected);
            ring = next;
        }
        assertThat(ring.next(now, SCHEDULE, true, true, random)).isEmpty();
    }

    @Test
    void aNodeThatIsAwayHoldsAStepUpForSomeTimeOnly() {
        TunnelKeyRing ring = TunnelKeyRing.first(BEGIN, random);
        Instant now = BEGIN.plus(Duration.ofDays(8));
        ring = ring.next(now, SCHEDULE, true, true, random).orElseThrow();
        assertThat(ring.next(now.plus(Duration.ofMinutes(9)), SCHEDULE, true, false, random))
                .isEmpty();
        assertThat(ring.next(now.plus(Duration.ofMinutes(10)), SCHEDULE, false, false, random))
                .isEmpty();
        assertThat(ring.next(now.plus(Duration.ofMinutes(10)), SCHEDULE, true, false, random))
                .isPresent();
    }

    @Test
    void idsGoAround() {
        Instant now = BEGIN;
        TunnelKeyRing ring = TunnelKeyRing.first(BEGIN, random);
        for (int round = 1; round <= 300; round++) {
            for (int step = 0; step < 3; step++) {
                now = now.plus(Duration.ofDays(7));
                ring = ring.next(now, SCHEDULE, true, true, random).orElseThrow();
            }
            assertThat(ids(ring)).containsExactly(round % 256);
        }
    }

    @Test
    void aRestartGoesOnWhereTheRotationWas() {
        MemorySecrets secrets = new MemorySecrets();
        Coverage all = new Coverage(5, Set.of(), Set.of());
        TunnelKeyKeeper keeper = new TunnelKeyKeeper(secrets, "state", SCHEDULE);
        keeper.load(BEGIN);
        List<TunnelKey> old = keeper.keys();
        // Versions stand in the same Secret and are not lost.
        new StoredVersions(secrets, "state").reserve(1000, 10);
        Instant now = BEGIN.plus(Duration.ofDays(7));
        assertThat(keeper.step(now, new Coverage(5, Set.of("node-1"), Set.of())))
                .isFalse();
        assertThat(keeper.step(now, new Coverage(0, Set.of(), Set.of()))).isFalse();
        assertThat(keeper.step(now, all)).isTrue();

        TunnelKeyKeeper restarted = new TunnelKeyKeeper(secrets, "state", SCHEDULE);
        restarted.load(now);
        assertThat(restarted.keys()).isEqualTo(keeper.keys()).hasSize(2).startsWith(old.getFirst());
        assertThat(restarted.step(now, all)).isTrue();
        assertThat(restarted.keys()).hasSize(2).endsWith(old.getFirst());
        assertThat(keeper.step(now, all))
                .as("its Secret was changed by another")
                .isFalse();
        assertThat(new StoredVersions(secrets, "state").reserve(1, 10)).isEqualTo(1010);
    }

    @Test
    void versionsGrowWhoeverReservesThem() {
        MemorySecrets secrets = new MemorySecrets();
        assertThat(new StoredVersions(secrets, "s").reserve(5000, 100)).isEqualTo(5000);
        assertThat(new StoredVersions(secrets, "s").reserve(4000, 100)).isEqualTo(5100);
        assertThat(new StoredVersions(secrets, "s").reserve(9000, 1)).isEqualTo(9000);
    }
}

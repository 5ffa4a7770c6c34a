package dev.hashlb.operator.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TunnelKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class VersionsTest {
    private long durable;
    private final VersionClaims claims = new VersionClaims(() -> 100);
    private final VersionReservations reservations = (atLeast, count) -> {
        long first = Math.max(atLeast, durable);
        durable = first + count;
        return first;
    };

    @Test
    void versionsGrowOverRestartsAndClocksThatGoBack() {
        Versions first = new Versions(reservations, () -> 1000);
        assertThat(first.next(0)).isEqualTo(1000);
        assertThat(first.next(0)).isEqualTo(1001);
        Versions restarted = new Versions(reservations, () -> 10);
        assertThat(restarted.next(0)).isEqualTo(1000 + Versions.BLOCK);
        first.forget();
        assertThat(first.next(0)).isEqualTo(1000 + 2L * Versions.BLOCK);
    }

    @Test
    void aVersionIsAboveWhatIsAskedForWhetherItIsReservedOrNot() {
        Versions versions = new Versions(reservations, () -> 1000);
        versions.next(0);
        assertThat(versions.next(2000)).isEqualTo(2001);
        assertThat(versions.next(0)).isEqualTo(2002);
        long beyond = 1000 + 5L * Versions.BLOCK;
        assertThat(versions.next(beyond)).isEqualTo(beyond + 1);
        assertThat(durable).isEqualTo(beyond + 1 + Versions.BLOCK);
        long last = beyond + Versions.BLOCK;
        assertThat(versions.next(last)).isEqualTo(last + 1);
    }

    @Test
    void theSameGoesOutAgainAboveWhatANodeHas() {
        List<Snapshot> out = new ArrayList<>();
        Publications publications =
                new Publications(new Versions(reservations, () -> 100), claims, () -> Snapshots.KEYS, out::add);
        long first = publications.publish(Snapshots.snapshot(0, Snapshots.balancer("a", 1)));
        claims.hear("node-1", 5000);
        long second = publications.publish(Snapshots.snapshot(0, Snapshots.balancer("a", 1)));
        assertThat(second).isEqualTo(5001);
        assertThat(publications.publish(Snapshots.snapshot(0, Snapshots.balancer("a", 1))))
                .isEqualTo(second);
        assertThat(out).extracting(Snapshot::version).containsExactly(first, second);
        assertThat(publications.keysVersion()).as("the keys are the same").isEqualTo(first);
    }

    @Test
    void aBlockThatIsUsedUpIsFollowedByAnother() {
        Versions versions = new Versions(reservations, () -> 5);
        long last = 0;
        for (int i = 0; i < Versions.BLOCK + 10; i++) {
            long next = versions.next(0);
            assertThat(next).isGreaterThan(last);
            last = next;
        }
    }

    @Test
    void whatHasNotChangedKeepsItsVersion() {
        AtomicReference<List<TunnelKey>> keys = new AtomicReference<>(Snapshots.KEYS);
        List<Snapshot> out = new ArrayList<>();
        Publications publications =
                new Publications(new Versions(reservations, () -> 100), claims, keys::get, out::add);
        publications.keysChanged();
        assertThat(out).isEmpty();
        assertThat(publications.publish(Snapshots.snapshot(0, Snapshots.balancer("a", 1))))
                .isEqualTo(100);
        assertThat(publications.publish(Snapshots.snapshot(0, Snapshots.balancer("a", 1))))
                .isEqualTo(100);
        publications.keysChanged();
        assertThat(publications.publish(Snapshots.snapshot(0, Snapshots.balancer("a", 2))))
                .isEqualTo(101);
        assertThat(publications.keysVersion()).isEqualTo(100);
        keys.set(List.of(new TunnelKey(9, 1, 2)));
        publications.keysChanged();
        assertThat(publications.keysVersion()).isEqualTo(102);
        assertThat(out).extracting(Snapshot::version).containsExactly(100L, 101L, 102L);
        assertThat(out.getLast().balancers()).isEqualTo(out.get(1).balancers());
        publications.forget();
        assertThat(publications.publish(Snapshots.snapshot(0, Snapshots.balancer("a", 2))))
                .isGreaterThan(102);
    }

    @Test
    void aPublicationThatFailsIsNotTakenForDone() {
        AtomicReference<RuntimeException> failure = new AtomicReference<>(new IllegalStateException("away"));
        List<Snapshot> out = new ArrayList<>();
        Publications publications = new Publications(
                new Versions(
                        (atLeast, count) -> {
                            if (failure.get() != null) {
                                throw failure.get();
                            }
                            return atLeast;
                        },
                        () -> 7),
                claims,
                () -> Snapshots.KEYS,
                out::add);
        assertThatThrownBy(() -> publications.publish(Snapshots.snapshot(0))).hasMessage("away");
        failure.set(null);
        assertThat(publications.publish(Snapshots.snapshot(0))).isEqualTo(7);
        assertThat(out).hasSize(1);
    }
}

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
    private final VersionReservations reservations = (atLeast, count) -> {
        long first = Math.max(atLeast, durable);
        durable = first + count;
        return first;
    };

    @Test
    void versionsGrowOverRestartsAndClocksThatGoBack() {
        Versions first = new Versions(reservations, () -> 1000);
        assertThat(first.next()).isEqualTo(1000);
        assertThat(first.next()).isEqualTo(1001);
        Versions restarted = new Versions(reservations, () -> 10);
        assertThat(restarted.next()).isEqualTo(1000 + Versions.BLOCK);
        first.forget();
        assertThat(first.next()).isEqualTo(1000 + 2L * Versions.BLOCK);
    }

    @Test
    void aBlockThatIsUsedUpIsFollowedByAnother() {
        Versions versions = new Versions(reservations, () -> 5);
        long last = 0;
        for (int i = 0; i < Versions.BLOCK + 10; i++) {
            long next = versions.next();
            assertThat(next).isGreaterThan(last);
            last = next;
        }
    }

    @Test
    void whatHasNotChangedKeepsItsVersion() {
        AtomicReference<List<TunnelKey>> keys = new AtomicReference<>(Snapshots.KEYS);
        List<Snapshot> out = new ArrayList<>();
        Publications publications = new Publications(new Versions(reservations, () -> 100), keys::get, out::add);
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
                () -> Snapshots.KEYS,
                out::add);
        assertThatThrownBy(() -> publications.publish(Snapshots.snapshot(0))).hasMessage("away");
        failure.set(null);
        assertThat(publications.publish(Snapshots.snapshot(0))).isEqualTo(7);
        assertThat(out).hasSize(1);
    }
}

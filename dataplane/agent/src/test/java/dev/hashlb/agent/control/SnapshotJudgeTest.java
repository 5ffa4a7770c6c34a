package dev.hashlb.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.core.digest.SnapshotDigest;
import dev.hashlb.core.select.BalancerTables;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a judge makes use of that it knows from before. */
class SnapshotJudgeTest {
    private static final Balancer WEB = Snapshots.balancer(
            "web", "198.51.100.10", Snapshots.server("a", "s1", "10.1.1.1 fd00::1", Interval.open(1, 1)));
    private static final Snapshot SNAPSHOT = Snapshots.snapshot(5, WEB);

    private final List<NamespacedName> asked = new ArrayList<>();
    private final SnapshotJudge judge = new SnapshotJudge("s1", Map::of, name -> {
        asked.add(name);
        return Optional.of(BalancerTables.of(WEB));
    });

    @Test
    void aBalancerThatIsTheSameIsNotComputedTwice() throws Exception {
        judge.check(SNAPSHOT, SnapshotDigest.of(SNAPSHOT));
        judge.check(SNAPSHOT, SnapshotDigest.of(SNAPSHOT));
        assertThat(asked).containsExactly(WEB.name());
    }

    @Test
    void afterAMismatchNothingThatIsKnownFromBeforeIsUsed() throws Exception {
        assertThatThrownBy(() -> judge.check(SNAPSHOT, 1)).isInstanceOf(ChangeRefusedException.class);
        asked.clear();
        judge.check(SNAPSHOT, SnapshotDigest.of(SNAPSHOT));
        assertThat(asked).as("tables in force that were asked for").isEmpty();
    }
}

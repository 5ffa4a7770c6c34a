package dev.hashlb.operator.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OutgoingChangeTest {
    @Test
    void readingAndDrainingGiveTheSameBytes() throws IOException {
        EncodedSnapshot snapshot = EncodedSnapshot.of(
                Snapshots.snapshot(5, Snapshots.balancer("a", 40), Snapshots.balancer("b", 0)), null);
        OutgoingChange change = OutgoingChange.of(ByteString.copyFromUtf8("n"), 5, 0, 1, snapshot.whole(Set.of()));
        ByteArrayOutputStream drained = new ByteArrayOutputStream();
        change.writeTo(drained);
        try (InputStream in = new OutgoingChange.Marshaller().stream(change)) {
            assertThat(in.available()).isEqualTo(drained.size());
            assertThat(in.readAllBytes()).isEqualTo(drained.toByteArray());
        }
    }

    @Test
    void equalResourcesAreEncodedOnce() {
        EncodedSnapshot first =
                EncodedSnapshot.of(Snapshots.snapshot(1, Snapshots.balancer("a", 3), Snapshots.balancer("b", 3)), null);
        EncodedSnapshot second = EncodedSnapshot.of(
                Snapshots.snapshot(2, Snapshots.balancer("a", 3), Snapshots.balancer("b", 4)), first);
        assertThat(second.balancer(Snapshots.name("a"))).isSameAs(first.balancer(Snapshots.name("a")));
        assertThat(second.balancer(Snapshots.name("b"))).isNotSameAs(first.balancer(Snapshots.name("b")));
    }
}

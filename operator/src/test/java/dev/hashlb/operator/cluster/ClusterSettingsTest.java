package dev.hashlb.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ClusterSettingsTest {
    private static String pushAddress(String... addresses) {
        return new ClusterOperator.Settings(
                        "hashlb-system",
                        "operator-0",
                        Stream.of(addresses).map(IpAddress::parse).toList(),
                        9443,
                        Path.of("allowed.yaml"),
                        List.of())
                .pushAddress();
    }

    @Test
    void othersReachAReplicaAtTheFirstOfItsAddresses() {
        assertThat(pushAddress("10.1.0.7", "fd00::7")).isEqualTo("10.1.0.7:9443");
        assertThat(pushAddress("fd00::7", "10.1.0.7")).isEqualTo("[fd00::7]:9443");
        assertThat(pushAddress()).isEmpty();
    }
}

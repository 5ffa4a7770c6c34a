package dev.hashlb.agent.engine.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.agent.linux.netlink.Claim;
import dev.hashlb.core.packet.Flow;
import java.util.List;
import org.junit.jupiter.api.Test;

class LastClaimTest {
    private static final long BATCH = 7;
    private static final PodPort PORT = new PodPort("/run/netns/a");

    private final LastClaim last = new LastClaim();

    @Test
    void restOfTheBatchIsAnsweredWithoutAsking() {
        last.remember(flow(1, 2, 3, 4, 6), PORT, BATCH, Claim.TIME_WAIT);

        assertThat(last.knows(flow(1, 2, 3, 4, 6), PORT, BATCH)).isTrue();
        assertThat(last.claim()).isEqualTo(Claim.TIME_WAIT);
    }

    @Test
    void nothingIsKnownBeforeTheFirstAnswerNorAfterItIsForgotten() {
        assertThat(last.knows(flow(0, 0, 0, 0, 0), PORT, 0)).isFalse();
        last.remember(flow(1, 2, 3, 4, 6), PORT, BATCH, Claim.SOCKET);
        last.forget();
        assertThat(last.knows(flow(1, 2, 3, 4, 6), PORT, BATCH)).isFalse();
    }

    @Test
    void anotherFlowOrBatchOrServerIsAskedAbout() {
        last.remember(flow(1, 2, 3, 4, 6), PORT, BATCH, Claim.SOCKET);

        List<Flow> others = List.of(
                flow(9, 2, 3, 4, 6),
                flow(1, 9, 3, 4, 6),
                flow(1, 2, 9, 4, 6),
                flow(1, 2, 3, 9, 6),
                flow(1, 2, 3, 4, 17));
        assertThat(others).noneMatch(other -> last.knows(other, PORT, BATCH));
        assertThat(last.knows(flow(1, 2, 3, 4, 6), PORT, BATCH + 1)).isFalse();
        assertThat(last.knows(flow(1, 2, 3, 4, 6), new PodPort("/run/netns/b"), BATCH))
                .isFalse();
    }

    private static Flow flow(long source, int sourcePort, long destination, int destinationPort, int protocol) {
        return new Flow().setIpv4(source, sourcePort, destination, destinationPort, protocol);
    }
}

package dev.hashlb.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.route.RouterList;
import dev.hashlb.core.snapshot.Node;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RouterAgreementTest {
    private static final Node R1 = new Node("r1", IpAddress.parse("10.9.0.1"), true);
    private static final Node R2 = new Node("r2", IpAddress.parse("10.9.0.2"), true);
    private static final Node HOST = new Node("n1", IpAddress.parse("10.9.0.11"), false);

    private final AtomicInteger waited = new AtomicInteger();
    private final RouterAgreement agreement = new RouterAgreement("r2", true, waited::incrementAndGet);

    @AfterEach
    void close() {
        agreement.close();
    }

    @Test
    void untilSomebodyTellsAllRoutersLiveAndTheFirstListIsNoChange() {
        assertThat(agreement.of(List.of(R1, R2, HOST)).now().list().routers()).containsExactly(R1, R2);
        assertThat(agreement.of(List.of(R2, R1)).before()).isNull();
    }

    @Test
    void whoIsNewDoesNotCountItselfUntilItIsTold() {
        try (var fresh = new RouterAgreement("r2", false, waited::incrementAndGet)) {
            assertThat(fresh.of(List.of(R1, R2, HOST)).now().list().routers()).containsExactly(R1);
            assertThat(fresh.tell(RouterList.of(List.of(R1, R2))).now().list().routers())
                    .containsExactly(R1, R2);
        }
    }

    @Test
    void aChangeIsAgreedUponOrWaitedFor() {
        agreement.of(List.of(R1, R2, HOST));
        assertThat(agreement.tell(RouterList.of(List.of(R1))).before()).isNotNull();
        await().atMost(Duration.ofSeconds(20)).until(() -> waited.get() == 1);
        assertThat(agreement.settle().before()).isNull();
        assertThat(agreement.settle().now().list().routers()).containsExactly(R1);
    }

    @Test
    void whoIsKnownToBeDeadStaysSoOverASnapshot() {
        agreement.of(List.of(R1, R2, HOST));
        agreement.tell(RouterList.of(List.of(R1)));
        assertThat(agreement.of(List.of(R1, R2)).now().list().routers()).containsExactly(R1);
    }
}

package dev.hashlb.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BackOffTest {
    @Test
    void growsFromHalfASecondToThreeWithJitterAndBeginsAnewAfterASuccess() {
        for (int seed = 0; seed < 200; seed++) {
            BackOff backOff = new BackOff(new Random(seed));
            for (int i = 0; i < 3; i++) {
                assertThat(backOff.next(true)).isBetween(Duration.ofMillis(100), Duration.ofMillis(500 << i));
            }
            for (int i = 0; i < 10; i++) {
                assertThat(backOff.next(true)).isBetween(Duration.ofMillis(600), Duration.ofSeconds(3));
            }
            backOff.reset();
            assertThat(backOff.next(true)).isBetween(Duration.ofMillis(100), Duration.ofMillis(500));
        }
    }

    @Test
    void triesSoonWhereNobodyIsAndHasMorePatienceEachTimeUpToASecond() {
        for (int seed = 0; seed < 200; seed++) {
            BackOff backOff = new BackOff(new Random(seed));
            int[] connectMs = {300, 600, 1000, 1000};
            int[] mostWaitMs = {200, 400, 800, 1000};
            for (int i = 0; i < connectMs.length; i++) {
                assertThat(backOff.connectMs()).isEqualTo(connectMs[i]);
                assertThat(backOff.next(false)).isBetween(Duration.ofMillis(100), Duration.ofMillis(mostWaitMs[i]));
            }
            for (int i = 0; i < 50; i++) {
                assertThat(backOff.next(false)).isBetween(Duration.ofMillis(100), Duration.ofSeconds(1));
                assertThat(backOff.connectMs()).isEqualTo(1000);
            }
            assertThat(backOff.next(true)).isBetween(Duration.ofMillis(100), Duration.ofMillis(500));
            assertThat(backOff.connectMs()).isEqualTo(300);
        }
    }
}

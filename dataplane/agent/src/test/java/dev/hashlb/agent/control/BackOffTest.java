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
                assertThat(backOff.next()).isBetween(Duration.ofMillis(100), Duration.ofMillis(500 << i));
            }
            for (int i = 0; i < 10; i++) {
                assertThat(backOff.next()).isBetween(Duration.ofMillis(600), Duration.ofSeconds(3));
            }
            backOff.reset();
            assertThat(backOff.next()).isBetween(Duration.ofMillis(100), Duration.ofMillis(500));
        }
    }
}

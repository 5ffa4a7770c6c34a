package dev.hashlb.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SuccessorsTest {
    private static final Duration DOUBTED_FOR = Duration.ofSeconds(5);

    private final AtomicLong nowNs = new AtomicLong(-7);
    private final Successors successors = new Successors(DOUBTED_FOR, nowNs::get);

    private void pass(Duration time) {
        nowNs.addAndGet(time.toNanos());
    }

    @Test
    void firstNamespaceOfAPodIsBelievedAtOnce() {
        assertThat(successors.believes("a", "one")).isTrue();
    }

    @Test
    void anotherOneIsBelievedAfterAWhileCountedFromWhenItWasSeen() {
        successors.bereave("a");
        pass(Duration.ofMinutes(1));
        assertThat(successors.believes("a", "two")).isFalse();
        pass(DOUBTED_FOR.minusNanos(1));
        assertThat(successors.believes("a", "two")).isFalse();
        pass(Duration.ofNanos(1));
        assertThat(successors.believes("a", "two")).isTrue();
        assertThat(successors.believes("b", "two")).isTrue();
    }

    @Test
    void yetAnotherOneIsDoubtedAnew() {
        successors.bereave("a");
        successors.believes("a", "two");
        pass(DOUBTED_FOR);
        assertThat(successors.believes("a", "three")).isFalse();
        pass(DOUBTED_FOR);
        assertThat(successors.believes("a", "three")).isTrue();
    }

    @Test
    void aPodThatIsKnownAnewIsBelievedAtOnce() {
        successors.bereave("a");
        successors.believes("a", "two");
        successors.forget("a");
        assertThat(successors.believes("a", "two")).isTrue();
    }
}

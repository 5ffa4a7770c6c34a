package dev.hashlb.core.declare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpellingTest {
    private static final List<String> KNOWN = List.of("targetPort", "port", "protocol", "name");

    @Test
    void slipsOfTheFingerAreRecognised() {
        assertThat(Spelling.closest("tragetPort", KNOWN)).contains("targetPort");
        assertThat(Spelling.closest("targetport", KNOWN)).contains("targetPort");
        assertThat(Spelling.closest("nmae", KNOWN)).contains("name");
    }

    @Test
    void otherWordsAreNotGuessedAt() {
        assertThat(Spelling.closest("weight", KNOWN)).isEmpty();
        assertThat(Spelling.closest("x".repeat(100_000), KNOWN)).isEmpty();
        assertThat(Spelling.remedy("weight", List.of("b", "a"))).isEqualTo("write one of a, b");
    }
}

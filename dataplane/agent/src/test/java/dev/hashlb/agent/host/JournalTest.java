package dev.hashlb.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one process writes, another finds; what another boot or a crash of the system left, none believes. */
class JournalTest {
    private static final JournalEntry ENTRY = JournalEntry.footprint(new Place("/run/netns/a", 7));

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve(Journal.FILE);
    }

    private List<JournalEntry> found() throws IOException {
        try (Journal journal = Journal.open(folder)) {
            return journal.entries(place -> true);
        }
    }

    private void record() throws IOException {
        try (Journal journal = Journal.open(folder)) {
            journal.record(List.of(ENTRY));
        }
    }

    @Test
    void theNextProcessFindsWhatWasRecorded() throws IOException {
        record();
        assertThat(found()).containsExactly(ENTRY);
    }

    @Test
    void whatWasForgottenIsGone() throws IOException {
        record();
        try (Journal journal = Journal.open(folder)) {
            journal.forget(List.of(ENTRY));
        }
        assertThat(found()).isEmpty();
    }

    @Test
    void entriesOfAnEarlierBootAreDropped() throws IOException {
        record();
        List<String> lines = Files.readAllLines(file());
        lines.set(0, lines.getFirst().replaceFirst("boot .*", "boot 00000000-0000-0000-0000-000000000000"));
        Files.write(file(), lines);
        assertThat(found()).isEmpty();
        record();
        assertThat(found()).as("it is used as before").containsExactly(ENTRY);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4096})
    void aFileThatACrashOfTheSystemLeftUnwrittenIsNoJournal(int nulBytes) throws IOException {
        record();
        Files.write(file(), new byte[nulBytes]);
        assertThat(found()).isEmpty();
    }

    @Test
    void aFileThatIsNoJournalIsLeftAloneAndNamed() throws IOException {
        Files.writeString(file(), "precious\n");
        assertThatThrownBy(this::found).isInstanceOf(HostSetupException.class).hasMessageContaining(file().toString());
        assertThat(file()).hasContent("precious\n");
    }
}

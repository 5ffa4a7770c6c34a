package dev.hashlb.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.agent.host.NamespaceScan.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With plain files in the place of namespaces: what counts is whether there is one. */
final class LinkFolderTest {
    @TempDir
    private Path directory;

    private Path one;
    private Path two;
    private LinkFolder links;

    @BeforeEach
    void begin() throws IOException {
        one = Files.createFile(directory.resolve("one"));
        two = Files.createFile(directory.resolve("two"));
        links = anew();
    }

    /** As another process finds the folder. */
    private LinkFolder anew() throws IOException {
        return new LinkFolder(directory.resolve("links"));
    }

    private static Found in(Path file) {
        return new Found(file, NamespaceScan.keyOf(file), Set.of());
    }

    private void assertLeads(Path link, Path file) throws IOException {
        assertThat(Files.readSymbolicLink(link)).isEqualTo(file);
    }

    @Test
    void linkBearsThePodsNameAndMayComeLater() throws IOException {
        Path link = links.of("pod");
        assertThat(link).hasFileName("pod").doesNotExist();

        assertThat(links.lead("pod", in(one))).isFalse();
        assertThat(links.lead("pod", in(one))).isFalse();

        assertThat(links.of("pod")).isEqualTo(link);
        assertLeads(link, one);
    }

    @Test
    void whereTheNamespaceBeforeIsGoneTheLinkLeadsToTheNextOne() throws IOException {
        links.lead("pod", in(one));
        Path link = links.of("pod");
        Files.delete(one);

        assertThat(links.lead("pod", in(two))).isFalse();

        assertThat(links.of("pod")).isEqualTo(link);
        assertLeads(link, two);
    }

    @Test
    void whereItLivesThePodGetsAnotherLinkAndTheFirstOneStaysUntilAllIsUndone() throws IOException {
        links.lead("pod", in(one));
        Path first = links.of("pod");

        assertThat(links.lead("pod", in(two))).isTrue();
        Path second = links.of("pod");

        assertThat(second).hasFileName("pod~1");
        assertLeads(first, one);
        assertLeads(second, two);
        links.sweep(Set.of("pod"), Set.of("pod"));
        assertThat(first).isSymbolicLink();

        links.undone(first, Set.of("pod"));
        links.undone(second, Set.of("pod"));
        assertThat(first).doesNotExist();
        assertLeads(second, two);
        assertThat(links.lead("pod", in(two))).isFalse();
    }

    @Test
    void anotherFileOfTheSameNamespaceIsNoMove() throws IOException {
        Path alias = Files.createLink(directory.resolve("alias"), one);
        links.lead("pod", in(one));
        Path link = links.of("pod");

        assertThat(links.lead("pod", in(alias))).isFalse();

        assertThat(links.of("pod")).isEqualTo(link);
        assertLeads(link, one);
        Files.delete(one);
        assertThat(links.lead("pod", in(alias))).isFalse();
        assertThat(links.of("pod")).isEqualTo(link);
    }

    @Test
    void aPodThatIsNowhereHasAPathThatLeadsNowhere() throws IOException {
        links.lead("pod", in(one));
        Path first = links.of("pod");

        assertThat(links.leave("pod")).isTrue();
        Path nowhere = links.of("pod");
        assertThat(nowhere).doesNotExist();
        links.undone(first, Set.of("pod"));
        assertLeads(first, one); // so that the next process knows of it

        assertThat(links.lead("pod", in(one))).as("found there again").isTrue();
        assertThat(links.of("pod")).isEqualTo(first);

        Files.delete(one);
        assertThat(links.leave("pod")).isFalse();
        assertThat(links.of("pod")).isEqualTo(first);
    }

    @Test
    void theNextProcessGoesByTheLinkThatWasMadeLast() throws IOException {
        links.lead("pod", in(one));
        Path first = links.of("pod");
        links.lead("pod", in(two));
        Path second = links.of("pod");
        Files.setAttribute(first, "lastModifiedTime", FileTime.fromMillis(1), LinkOption.NOFOLLOW_LINKS);
        links.lead("pod-b", in(one));

        LinkFolder next = anew();

        assertThat(next.recall("pod")).contains(NamespaceScan.keyOf(two));
        assertThat(next.of("pod")).isEqualTo(second);
        assertThat(next.lead("pod", in(two))).isFalse();
        assertThat(next.recall("unknown")).isEmpty();
        Files.delete(two);
        assertThat(anew().recall("pod").orElseThrow()).as("that of none").isEqualTo(second);
    }

    @Test
    void linksThatLeadNowhereAreSweptAwayButForThoseOfPodsThatAreLookedFor() throws IOException {
        links.lead("gone", in(one));
        links.lead("here", in(two));
        links.lead("missing", in(one));
        Path here = links.of("here");
        Path missing = links.of("missing");
        Path gone = links.of("gone");
        Files.delete(one);

        links.sweep(Set.of("missing"), Set.of());

        assertThat(Files.isSymbolicLink(gone)).isFalse();
        assertThat(Files.isSymbolicLink(here)).isTrue();
        assertThat(Files.isSymbolicLink(missing)).isTrue();
        links.undone(here, Set.of("missing"));
        assertThat(Files.isSymbolicLink(here)).isFalse();
        links.undone(two, Set.of());
        assertThat(two).as("not ours").exists();
    }
}

package dev.hashlb.crds.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds the checked-in YAML equal to the classes. After a change of the classes, {@code mvn -pl crds -am test -Dcrds.update
 * -Dtest=CheckedInCrdsTest -Dsurefire.failIfNoSpecifiedTests=false} writes it anew.
 */
class CheckedInCrdsTest {
    private static final Path FOLDER = Path.of("src/main/resources/crds");

    @ParameterizedTest
    @ValueSource(strings = {"hashloadbalancers.hashlb.dev", "hashnodes.hashlb.dev"})
    void checkedInYamlIsWhatTheClassesSay(String crd) throws IOException {
        String generated = GeneratedCrds.generate().get(crd);
        Path file = FOLDER.resolve(crd + ".yaml");
        if (System.getProperty("crds.update") != null) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, generated);
        }
        assertThat(Files.readString(file))
                .as("%s; if the change is meant, write it anew with -Dcrds.update (see this class)", file)
                .isEqualTo(generated);
    }

    @Test
    void thereIsNoOtherCrd() {
        Map<String, String> generated = GeneratedCrds.generate();
        assertThat(generated).containsOnlyKeys("hashloadbalancers.hashlb.dev", "hashnodes.hashlb.dev");
    }
}

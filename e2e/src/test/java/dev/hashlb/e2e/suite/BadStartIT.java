package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Declaration;
import dev.hashlb.e2e.lab.HashlbProcess;
import dev.hashlb.e2e.lab.Lab;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code hashlb run} that cannot: it says why, all of it at once, and leaves the system as it was. */
@Timeout(60)
class BadStartIT {
    private static Lab lab;
    private static Path file;
    private static String good;
    private static SystemState untouched;

    @BeforeAll
    static void open() {
        lab = Lab.open(t -> t.router("r1", 1).node("n1", 1));
        file = lab.directory().resolve("hashlb.yaml");
        good = Declaration.of(lab)
                .balancer(
                        "web",
                        b -> b.vip(0)
                                .port("TCP", 80, 8080)
                                .servers(lab.topology().pods()))
                .yaml();
        untouched = SystemState.of(lab);
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    private static Command.Result run(String yaml, String node, List<String> wrapper) {
        Declaration.write(file, yaml);
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(HashlbProcess.command(List.of(
                "run",
                "-f",
                file.toString(),
                "--node",
                node,
                "--state",
                lab.directory().resolve("state").toString())));
        return Command.result("", Command.inNamespace(lab.topology().node("r1").namespace(), command));
    }

    @Test
    void everyMistakeOfABadFileIsToldAtOnceAndNothingChanges() {
        String bad = good.replace("port: 80,", "port: 80000,")
                .replace("serviceName: web", "serviceName: web\n  return: {mode: Sideways}")
                .replace("node: n1,", "node: nowhere,");

        Command.Result result = run(bad, "r1", List.of());

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.errors()).contains("80000").contains("Sideways").contains("nowhere");
        SystemState.of(lab).assertSameAs(untouched);
    }

    @Test
    void aNodeThatTheFileDoesNotKnowIsRefused() {
        Command.Result result = run(good, "r9", List.of());

        assertThat(result.status()).isIn(1, 2);
        assertThat(result.errors()).contains("r9");
        SystemState.of(lab).assertSameAs(untouched);
    }

    @Test
    void aNodeAddressThatThisMachineDoesNotHaveIsRefused() {
        Command.Result result = run(good, "n1", List.of());

        assertThat(result.status()).isIn(1, 3);
        assertThat(result.errors()).contains(lab.topology().node("n1").ipv4());
        SystemState.of(lab).assertSameAs(untouched);
    }

    @Test
    void withoutItsCapabilitiesItNamesThem() {
        Command.Result result = run(good, "r1", List.of("setpriv", "--bounding-set", "-all"));

        assertThat(result.status()).isEqualTo(3);
        assertThat(result.errors()).contains("CAP_NET_ADMIN").contains("CAP_SYS_ADMIN");
        SystemState.of(lab).assertSameAs(untouched);
    }
}

package dev.hashlb.e2e.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.HashlbProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code hashlb demo} as a process. */
@Timeout(300)
class DemoIT {
    private static List<String> demo(String... options) {
        List<String> arguments = new ArrayList<>(List.of("demo", "--requests", "200"));
        arguments.addAll(List.of(options));
        return HashlbProcess.command(arguments);
    }

    /** What a demo of this process id has made; every name begins with the lab's. */
    private static List<String> leftBy(long pid) throws IOException {
        List<String> names = new ArrayList<>();
        for (Path folder : List.of(Path.of("/run/netns"), Path.of(System.getProperty("java.io.tmpdir")))) {
            try (Stream<Path> files = Files.list(folder)) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.startsWith("hl" + pid + "a-"))
                        .forEach(names::add);
            }
        }
        return names;
    }

    @Test
    void everyRequestGoesWhereTraceForetoldAndNothingIsLeft(@TempDir Path folder) throws Exception {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(demo("--json"))
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();

        assertThat(process.waitFor()).isZero();

        JsonNode outcome = new ObjectMapper().readTree(Files.readString(output));
        assertThat(outcome.path("good").asBoolean()).isTrue();
        assertThat(outcome.path("acts")).hasSize(3).allSatisfy(act -> {
            assertThat(act.path("asForetold").asInt()).isEqualTo(200);
            assertThat(act.path("clientAddressSeen").asInt()).isEqualTo(200);
        });
        assertThat(outcome.path("survivingConnections").asInt())
                .isEqualTo(outcome.path("openConnections").asInt());
        assertThat(leftBy(process.pid())).isEmpty();
    }

    @Test
    void threeRoutersShareTheFlowsThatTraceForetold(@TempDir Path folder) throws Exception {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(demo("--routers", "3", "--ingress", "self-select", "--return", "gateway"))
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();

        assertThat(process.waitFor()).isZero();

        assertThat(Files.readString(output))
                .contains("200 of 200 flows' requests were handled by the router that trace had named, and by no other")
                .contains("200 of 200 flows' replies went out by it")
                .contains("Everything was as foretold.");
        assertThat(leftBy(process.pid())).isEmpty();
    }

    @Test
    void anInterruptRemovesEverything(@TempDir Path folder) throws Exception {
        Process process = new ProcessBuilder(demo())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        await().atMost(Duration.ofSeconds(30)).until(() -> leftBy(process.pid()).size() > 10);

        // SIGINT, as Ctrl-C sends it.
        Command.run("", List.of("kill", "-INT", Long.toString(process.pid())));

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(leftBy(process.pid())).isEmpty();
    }

    @Test
    void withoutRootItSaysWhatItWouldDoAndWhatItNeeds() {
        List<String> command = new ArrayList<>(List.of("setpriv", "--bounding-set", "-all"));
        command.addAll(demo());

        Command.Result result = Command.result("", command);

        assertThat(result.status()).isEqualTo(3);
        assertThat(result.output()).contains("network namespaces");
        assertThat(result.errors()).contains("CAP_SYS_ADMIN").contains("CAP_NET_ADMIN");
    }
}

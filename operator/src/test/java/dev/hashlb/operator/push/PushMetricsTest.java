package dev.hashlb.operator.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The docs have every metric of the push, and each value of its labels that they promise to tell. */
class PushMetricsTest {
    private static final Path DOCS = Path.of("../docs");

    @Test
    void theirPageHasEachOfThem() throws IOException {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        PushMetrics metrics = new PushMetrics(registry);
        metrics.refused(RefusalReason.NO_TOKEN);
        metrics.ended(Status.Code.OK);
        metrics.refusedConnection("limit");
        String page = Files.readString(DOCS.resolve("metrics.md"));
        List<String> names = Pattern.compile("^# TYPE (hashlb_\\w+)", Pattern.MULTILINE)
                .matcher(registry.scrape())
                .results()
                .map((MatchResult r) -> r.group(1))
                .toList();
        assertThat(names)
                .contains("hashlb_operator_streams", "hashlb_operator_refused_calls_total")
                .filteredOn(name -> !name.endsWith("_max")) // which Micrometer adds to a timer
                .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
        for (NodeAnswer.RefusalCode code : NodeAnswer.RefusalCode.values()) {
            assertThat(page).contains("`" + code.name().toLowerCase(Locale.ROOT) + "`");
        }
    }

    @Test
    void reasonsOfRefusalsAreTold() throws IOException {
        String page = Files.readString(DOCS.resolve("security.md"));
        for (RefusalReason reason : RefusalReason.values()) {
            assertThat(page).contains("| `" + reason.word() + "`, `" + reason.label() + "` |");
        }
    }
}

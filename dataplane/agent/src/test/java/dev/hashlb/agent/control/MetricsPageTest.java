package dev.hashlb.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.agent.engine.EngineCounters;
import dev.hashlb.agent.metrics.DataPlaneMetrics;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Outcome;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/metrics.md has every metric of a data plane, and each value of its labels, in the code's words. */
class MetricsPageTest {
    private static final Pattern NAME = Pattern.compile("^# TYPE (hashlb_\\w+)", Pattern.MULTILINE);
    private static String page;

    @BeforeAll
    static void read() throws IOException {
        page = Files.readString(Path.of("../../docs/metrics.md"));
    }

    @Test
    void hasEveryMetricOfForwarding() {
        EngineCounters nothing = (EngineCounters) Proxy.newProxyInstance(
                EngineCounters.class.getClassLoader(), new Class<?>[] {EngineCounters.class}, (p, method, a) -> 0L);
        DataPlaneMetrics metrics = new DataPlaneMetrics(nothing, () -> Map.of("/run/netns/web", true), "netty", "test");
        metrics.applied(ForwardingTable.compile(Snapshots.snapshot(1, Snapshots.web())));

        List<String> names = names(metrics.scrape());
        assertThat(names).contains("hashlb_packets_total", "hashlb_server_slots", "hashlb_namespace_ready");
        assertThat(names).allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    @Test
    void hasEveryMetricOfTheOperatorsStream() {
        List<String> names = names(new ControlMetrics(() -> 0, () -> 0).scrape());
        assertThat(names).contains("hashlb_control_connected");
        assertThat(names).allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    @Test
    void tellsWhatBecomesOfPackets() {
        for (Outcome outcome : Outcome.values()) {
            assertThat(page).contains("| `" + outcome.label() + "` | " + outcome.description() + " |");
        }
        for (DropReason reason : DropReason.values()) {
            assertThat(page).contains("| `" + reason.label() + "` | " + reason.description() + " | ");
        }
    }

    private static List<String> names(String scraped) {
        return NAME.matcher(scraped)
                .results()
                .map((MatchResult r) -> r.group(1))
                .toList();
    }
}

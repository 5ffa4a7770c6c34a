package dev.hashlb.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.protocol.v1alpha1.Ack;
import dev.hashlb.protocol.v1alpha1.Counters;
import dev.hashlb.protocol.v1alpha1.Report;
import dev.hashlb.protocol.v1alpha1.ServerProblem;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReportingTest {
    private static final int CALLS_UNTIL_COUNTERS = 15;
    private static final ServerProblem LOST =
            ServerProblem.newBuilder().setIdentity("a").setReason("gone").build();

    private final List<Report> reports = new ArrayList<>();
    private List<ServerProblem> problems = List.of();
    private Counters counters = Counters.getDefaultInstance();
    private List<String> lostPeers = List.of();
    private final Reporting reporting = new Reporting(() -> problems, new Observations() {
        @Override
        public Counters counters() {
            return counters;
        }

        @Override
        public List<String> lostPeers() {
            return lostPeers;
        }
    });

    @Test
    void problemsAreToldWhenTheyChangeAndOnlyThen() {
        reporting.regularly(reports::add);
        assertThat(reports).isEmpty();

        problems = List.of(LOST);
        reporting.soon(reports::add);
        reporting.regularly(reports::add);
        assertThat(reports).singleElement().extracting(Report::getProblemsList).isEqualTo(List.of(LOST));

        problems = List.of();
        reporting.regularly(reports::add);
        assertThat(reports).hasSize(2);
        assertThat(reports.getLast().getProblemsList()).isEmpty();
    }

    @Test
    void silentPeersAreToldWhenTheyChangeAndAgainOnEachStream() {
        lostPeers = List.of("n3");
        reporting.soon(reports::add);
        reporting.regularly(reports::add);
        assertThat(reports).singleElement().extracting(Report::getLostPeersList).isEqualTo(List.of("n3"));

        reporting.streamBegan();
        reporting.soon(reports::add);
        assertThat(reports).as("also where the last report was just before").hasSize(2);
        assertThat(reports.getLast().getLostPeersList()).containsExactly("n3");

        lostPeers = List.of();
        reporting.regularly(reports::add);
        assertThat(reports).hasSize(3);
        assertThat(reports.getLast().getLostPeersList()).isEmpty();
    }

    @Test
    void whatAnAnswerHasToldIsNotReportedAgain() {
        problems = List.of(LOST);
        reporting.told(Ack.newBuilder().addProblems(LOST).build());

        reporting.soon(reports::add);
        reporting.regularly(reports::add);

        assertThat(reports).isEmpty();
    }

    @Test
    void countersAreToldNowAndThenIfTheyHaveChanged() {
        for (int call = 0; call < CALLS_UNTIL_COUNTERS; call++) {
            reporting.regularly(reports::add);
        }
        assertThat(reports).isEmpty();

        counters = Counters.newBuilder().setRouted(7).build();
        for (int call = 0; call < CALLS_UNTIL_COUNTERS; call++) {
            reporting.regularly(reports::add);
        }
        assertThat(reports).singleElement().extracting(Report::getCounters).isEqualTo(counters);
    }

    @Test
    void aReportThatFailsIsMadeAgain() {
        problems = List.of(LOST);
        reporting.regularly(report -> {
            throw new IllegalStateException("the stream is gone");
        });

        reporting.regularly(reports::add);

        assertThat(reports).hasSize(1);
    }
}

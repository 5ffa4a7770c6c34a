package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.traffic.LastingConnection;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** How often each of some connections has sent since this was made: has written into its socket, whether it was answered or not. */
final class SendingRates {
    private final List<LastingConnection> connections;
    private final int[] before;
    private final long sinceNs = System.nanoTime();

    SendingRates(List<LastingConnection> connections) {
        this.connections = List.copyOf(connections);
        this.before =
                this.connections.stream().mapToInt(LastingConnection::messages).toArray();
    }

    /** Until now, for a person. */
    String text() {
        double seconds = (System.nanoTime() - sinceNs) / 1e9;
        int[] sent = IntStream.range(0, before.length)
                .map(i -> connections.get(i).messages() - before[i])
                .toArray();
        return String.format(
                Locale.ROOT,
                "%,d connections sent %,d messages in %.1f s, %.2f a second each, and the one that sent least %.2f",
                sent.length,
                IntStream.of(sent).sum(),
                seconds,
                IntStream.of(sent).average().orElseThrow() / seconds,
                IntStream.of(sent).min().orElseThrow() / seconds);
    }
}

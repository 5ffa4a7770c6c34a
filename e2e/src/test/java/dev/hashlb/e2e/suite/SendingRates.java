package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.traffic.LastingConnection;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How often each of some connections has sent since this was made, and how much of that was answered. To send is to write, as an
 * application does: TCP may have more of it waiting.
 */
final class SendingRates {
    private final List<LastingConnection> connections;
    private final int[] before;
    private final long sentBytesBefore;
    private final long receivedBytesBefore;
    private final long sinceNs = System.nanoTime();

    SendingRates(List<LastingConnection> connections) {
        this.connections = List.copyOf(connections);
        this.before =
                this.connections.stream().mapToInt(LastingConnection::messages).toArray();
        this.sentBytesBefore = sentBytes();
        this.receivedBytesBefore = receivedBytes();
    }

    /** Until now, for a person. */
    String text() {
        double seconds = (System.nanoTime() - sinceNs) / 1e9;
        int[] sent = IntStream.range(0, before.length)
                .map(i -> connections.get(i).messages() - before[i])
                .toArray();
        return String.format(
                Locale.ROOT,
                "%,d connections sent %,d messages in %.1f s, %.2f a second each, the one that sent least %.2f; %.1f %% of the bytes came back in that time",
                sent.length,
                IntStream.of(sent).sum(),
                seconds,
                IntStream.of(sent).average().orElseThrow() / seconds,
                IntStream.of(sent).min().orElseThrow() / seconds,
                100.0 * (receivedBytes() - receivedBytesBefore) / (sentBytes() - sentBytesBefore));
    }

    private long sentBytes() {
        return connections.stream().mapToLong(LastingConnection::sentBytes).sum();
    }

    private long receivedBytes() {
        return connections.stream().mapToLong(LastingConnection::receivedBytes).sum();
    }
}

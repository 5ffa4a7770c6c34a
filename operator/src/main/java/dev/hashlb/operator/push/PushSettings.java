package dev.hashlb.operator.push;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * The push server's settings.
 *
 * @param listen where it listens; port 0: any
 * @param gather how long changes are gathered before they go out
 * @param maxConnections more are closed at once
 * @param bytesInFlight how many bytes of changes may be unanswered over all streams; changes of up to 64 KiB always go. It bounds
 *     memory when a thousand nodes dial at once and each needs the whole.
 * @param keepAlive how often a quiet connection is pinged, and how long the answer may take
 */
public record PushSettings(
        InetSocketAddress listen, Duration gather, int maxConnections, long bytesInFlight, Duration keepAlive) {
    /** The operator's port, on all addresses. */
    public static final int DEFAULT_PORT = 9443;

    public static final PushSettings DEFAULT = new PushSettings(
            new InetSocketAddress(DEFAULT_PORT), Duration.ofMillis(1), 4096, 64L << 20, Duration.ofSeconds(1));

    /** The same elsewhere. */
    public PushSettings listeningOn(InetSocketAddress address) {
        return new PushSettings(address, gather, maxConnections, bytesInFlight, keepAlive);
    }
}

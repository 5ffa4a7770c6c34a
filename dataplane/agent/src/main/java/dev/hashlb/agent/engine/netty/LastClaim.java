package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.netlink.Claim;
import dev.hashlb.core.packet.Flow;
import org.jspecify.annotations.Nullable;

/**
 * The last answer of a kernel, for the rest of the batch in which it was given: the segments of a super-packet that cannot be joined
 * again, or are passed on, cost one question. Not a table: one flow, for microseconds.
 */
final class LastClaim {
    private @Nullable PodPort port;
    private long batchNanos;
    private Claim claim = Claim.NONE;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int ports;
    private int protocol;

    boolean knows(Flow flow, PodPort atPort, long nowNanos) {
        return atPort == port
                && nowNanos == batchNanos
                && flow.sourceLow() == sourceLow
                && flow.sourceHigh() == sourceHigh
                && (flow.sourcePort() << 16 | flow.destinationPort()) == ports
                && flow.destinationLow() == destinationLow
                && flow.destinationHigh() == destinationHigh
                && flow.protocol() == protocol;
    }

    /** What the kernel answered to the flow that {@link #knows} recognised. */
    Claim claim() {
        return claim;
    }

    void remember(Flow flow, PodPort atPort, long nowNanos, Claim answer) {
        port = atPort;
        batchNanos = nowNanos;
        claim = answer;
        sourceHigh = flow.sourceHigh();
        sourceLow = flow.sourceLow();
        destinationHigh = flow.destinationHigh();
        destinationLow = flow.destinationLow();
        ports = flow.sourcePort() << 16 | flow.destinationPort();
        protocol = flow.protocol();
    }

    void forget() {
        port = null;
    }
}

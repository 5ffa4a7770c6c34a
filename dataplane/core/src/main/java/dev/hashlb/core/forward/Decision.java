package dev.hashlb.core.forward;

import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.ServicePort;
import org.jspecify.annotations.Nullable;

/** The outcome of {@link ForwardingTable#decide}. Mutable and reused: one per thread, never kept. */
public final class Decision {
    static final int NONE = -1;

    private Verdict verdict = Verdict.DROP;
    private @Nullable DropReason dropReason;
    private @Nullable BalancerTable balancer;
    private @Nullable ServicePort port;
    private int slot = NONE;
    private int serverIndex = NONE;
    private int router = NONE;
    private int group = NONE;

    public Verdict verdict() {
        return verdict;
    }

    /**
     * Why it is dropped; for an answer, what to count when the answer is over its rate.
     *
     * @throws IllegalStateException for {@link Verdict#FORWARD}, {@link Verdict#SEND_ON} and {@link Verdict#ROUTE}
     */
    public DropReason dropReason() {
        if (dropReason == null) {
            throw new IllegalStateException("a packet with verdict " + verdict + " has no drop reason");
        }
        return dropReason;
    }

    /** The balancer that takes the packet, or would if it could; null where no single one does. */
    public @Nullable BalancerTable balancer() {
        return balancer;
    }

    /** The declared port; null for an echo request and for a fragment that does not carry its ports. */
    public @Nullable ServicePort port() {
        return port;
    }

    /** The slot that was calculated, or -1. */
    public int slot() {
        return slot;
    }

    /** The server's index in the balancer's list, or -1. */
    public int serverIndex() {
        return serverIndex;
    }

    /** {@link Verdict#SEND_ON}: the router, as an index into the list of those that live; else without meaning. */
    public int router() {
        return router;
    }

    /** {@link Verdict#ROUTE}: the group, as an index into the snapshot's; else without meaning. */
    public int group() {
        return group;
    }

    /** The port that delivery writes into the packet, or 0 where the packet stays as it is. */
    public int rewrittenPort() {
        ServicePort declared = port;
        if (declared == null || declared.delivery() != Delivery.ADDRESS || declared.targetPort() == declared.port()) {
            return 0;
        }
        return declared.targetPort();
    }

    /** Names another server of the same balancer: the one that the packet is offered to along the owner chain. */
    public void offerTo(int server) {
        serverIndex = server;
    }

    Verdict drop(DropReason reason, @Nullable BalancerTable at) {
        return answer(Verdict.DROP, reason, at);
    }

    Verdict answer(Verdict answer, DropReason ifOverRate, @Nullable BalancerTable at) {
        verdict = answer;
        dropReason = ifOverRate;
        balancer = at;
        port = null;
        slot = NONE;
        serverIndex = NONE;
        return answer;
    }

    Verdict sendOn(@Nullable BalancerTable of, int by) {
        verdict = Verdict.SEND_ON;
        dropReason = null;
        balancer = of;
        port = null;
        slot = NONE;
        serverIndex = NONE;
        router = by;
        return Verdict.SEND_ON;
    }

    Verdict route(int of) {
        sendOn(null, NONE);
        verdict = Verdict.ROUTE;
        group = of;
        return Verdict.ROUTE;
    }

    Verdict forward(BalancerTable to, @Nullable ServicePort declared, int atSlot, int server) {
        verdict = Verdict.FORWARD;
        dropReason = null;
        balancer = to;
        port = declared;
        slot = atSlot;
        serverIndex = server;
        return Verdict.FORWARD;
    }
}

package dev.hashlb.core.probe;

import dev.hashlb.core.neighbor.MacAddress;
import dev.hashlb.core.snapshot.Node;

/**
 * What is known of one peer. A probe is believed to be of now if it echoes a number that this node drew and sent within the last
 * second: so one that was recorded proves nothing, and neither does a peer that hears nothing.
 */
final class Peer {
    /** How long a peer that was lost often in a short time must be heard without a break: twice as long each time, up to this. */
    private static final int MOST_DOUBLINGS = 5;
    /** Lived so long, and what was before is forgotten. */
    private static final long FORGET_LOSSES_AFTER_MS = 60_000;
    /** Who said that it leaves is not missed for so long: it is being restarted or updated. */
    private static final long EXPECTED_BACK_AFTER_MS = 30_000;

    private final Node node;
    private boolean live;
    /** Of the peer's process that proved to be of now. */
    private long epoch;

    private int sequence;
    private boolean heard;
    private long heardMs;
    private long heardSinceMs;
    /** Of a process that is yet to prove it: echoed while the other is silent. */
    private long newcomerEpoch;

    private int newcomerSequence;
    private Probe last = new Probe(false, false, 0, 0, 0, 0, 0, 0, MacAddress.NONE);
    private int losses;
    private long liveSinceMs;

    Peer(Node node) {
        this.node = node;
    }

    Node node() {
        return node;
    }

    boolean live() {
        return live;
    }

    /** The last that was believed; all zeros before the first. */
    Probe last() {
        return last;
    }

    /** @param ofNow whether it echoes what this node sent within the last second */
    void hear(Probe probe, boolean ofNow, long nowMs) {
        if (probe.epoch() == epoch) {
            if (probe.sequence() - sequence <= 0) {
                return; // came twice, or late, or was recorded
            }
        } else if (!ofNow) {
            newcomerEpoch = probe.epoch();
            newcomerSequence = probe.sequence();
            return;
        }
        epoch = probe.epoch();
        sequence = probe.sequence();
        newcomerEpoch = 0;
        if (ofNow) {
            believe(probe, nowMs);
        }
    }

    private void believe(Probe probe, long nowMs) {
        if (silent(nowMs)) {
            heardSinceMs = nowMs;
        }
        heard = true;
        heardMs = nowMs;
        last = probe;
    }

    /** Whether nothing is heard of it, though it did not say that it leaves. */
    boolean missed(long nowMs) {
        return silent(nowMs) && !(last.leaving() && nowMs - heardMs < EXPECTED_BACK_AFTER_MS);
    }

    private boolean silent(long nowMs) {
        return !heard || nowMs - heardMs > Liveness.LOST_AFTER_MS;
    }

    /** This node was not running for a while: what it could not hear is no silence. */
    void allow(long missedMs, long nowMs) {
        heardMs = Math.min(heardMs + missedMs, nowMs);
    }

    /** Judges anew whether it lives. */
    void judge(long nowMs) {
        boolean up = !silent(nowMs) && last.settled() && !last.leaving();
        if (live && !up) {
            live = false;
            countLoss(nowMs);
        } else if (!live && up && nowMs - heardSinceMs >= holdMs()) {
            live = true;
            liveSinceMs = nowMs;
        }
    }

    /** Who says that it leaves is not lost. */
    private void countLoss(long nowMs) {
        if (nowMs - liveSinceMs > FORGET_LOSSES_AFTER_MS) {
            losses = 0;
        }
        if (!last.leaving()) {
            losses++;
        }
    }

    /** A peer that was never lost says itself when it has settled. */
    private long holdMs() {
        return losses == 0 ? 0 : Liveness.SETTLED_AFTER_MS << Math.min(losses - 1, MOST_DOUBLINGS);
    }

    long echoedEpoch(long nowMs) {
        return silent(nowMs) && newcomerEpoch != 0 ? newcomerEpoch : epoch;
    }

    int echoedSequence(long nowMs) {
        return silent(nowMs) && newcomerEpoch != 0 ? newcomerSequence : sequence;
    }
}

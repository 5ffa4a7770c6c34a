package dev.hashlb.core.announce;

import java.util.EnumSet;
import java.util.Set;

/**
 * A router's claim to one VIP on its LAN: trying whether the address is free, announcing it, defending it, and giving way to a host
 * that has it (RFC 5227; for IPv6 the same steps with the messages of RFC 4861 and 4862). Not for several threads.
 *
 * <p>The steps are RFC 5227's; the times are shorter, since a LAN of servers answers within milliseconds, and a VIP that nobody
 * answers for is down. Times are milliseconds of any clock that never goes back.
 */
public final class VipClaim {
    /** What to send. */
    public enum Frame {
        PROBE,
        ANNOUNCEMENT
    }

    /** What a foreign claim led to. */
    public enum Conflict {
        /** It gave way before: nothing new. */
        KNOWN,
        /** The VIP is announced once more, in the hope that the other gives way. */
        DEFENDED,
        /** The other has it; nothing is answered for a while. */
        GAVE_WAY
    }

    private enum State {
        TRYING,
        HELD,
        GIVEN_WAY
    }

    static final long PROBE_INTERVAL_MS = 200;
    static final int PROBES = 3;
    /** After taking a VIP over: soon again, since a frame may be lost, and once more for those who were not there. */
    private static final long[] ANNOUNCED_AFTER_MS = {0, 200, 1_000, 5_000};
    /** RFC 5227, section 2.4 (b): a second conflict within this time, and it is the other's. */
    static final long DEFEND_INTERVAL_MS = 10_000;

    static final long TRY_AGAIN_AFTER_MS = 30_000;
    /** After another router announced it: when that one has given it up, as it did if it only held this router for dead for a while. */
    static final long SAID_AGAIN_AFTER_MS = 2_000;

    private State state;
    /** When the present state began. */
    private long sinceMs;

    private int sent;
    private long lastConflictMs;
    private boolean conflicted;
    private boolean sayAgain;
    private long sayAgainMs;

    private VipClaim(State state, long nowMs) {
        this.state = state;
        this.sinceMs = nowMs;
    }

    /** For a VIP that no router is known to have answered for: it is tried whether another host has it. */
    public static VipClaim tryFirst(long nowMs) {
        return new VipClaim(State.TRYING, nowMs);
    }

    /** For a VIP that another router answered for until now: it is announced at once. */
    public static VipClaim takeOver(long nowMs) {
        return new VipClaim(State.HELD, nowMs);
    }

    /** Whether questions about the VIP are answered. */
    public boolean answers() {
        return state == State.HELD;
    }

    /** Whether another host has the VIP. */
    public boolean gaveWay() {
        return state == State.GIVEN_WAY;
    }

    /** What is due to be sent by now; each frame is given once. To be asked every {@value #PROBE_INTERVAL_MS} ms or more often. */
    public Set<Frame> due(long nowMs) {
        if (state == State.GIVEN_WAY && nowMs - sinceMs >= TRY_AGAIN_AFTER_MS) {
            enter(State.TRYING, nowMs);
        }
        if (state == State.TRYING && nowMs - sinceMs >= PROBES * PROBE_INTERVAL_MS) {
            enter(State.HELD, nowMs);
        }
        Set<Frame> frames = EnumSet.noneOf(Frame.class);
        if (state == State.TRYING && nowMs - sinceMs >= sent * PROBE_INTERVAL_MS) {
            frames.add(Frame.PROBE);
            sent++;
        }
        if (state == State.HELD && sent < ANNOUNCED_AFTER_MS.length && nowMs - sinceMs >= ANNOUNCED_AFTER_MS[sent]) {
            frames.add(Frame.ANNOUNCEMENT);
            sent++;
        }
        if (state == State.HELD && sayAgain && nowMs - sayAgainMs >= 0) {
            frames.add(Frame.ANNOUNCEMENT);
            sayAgain = false;
        }
        return frames;
    }

    /**
     * Another router claims the VIP: it does not hear this one, or has not yet heard that it is back. Both forward, so neither gives way;
     * but neighbours believe who spoke last, and would go on to believe it when it has given the VIP up, and when it has died. So the VIP is
     * announced once more a while later, and again as long as both claim it.
     */
    public void claimedByPeer(long nowMs) {
        if (state == State.HELD && !sayAgain) {
            sayAgain = true;
            sayAgainMs = nowMs + SAID_AGAIN_AFTER_MS;
        }
    }

    /** A host that is no router of ours claims the VIP. */
    public Conflict claimedByAnother(long nowMs) {
        if (state == State.GIVEN_WAY) {
            sinceMs = nowMs; // it is still there
            return Conflict.KNOWN;
        }
        boolean again = conflicted && nowMs - lastConflictMs < DEFEND_INTERVAL_MS;
        conflicted = true;
        lastConflictMs = nowMs;
        if (state == State.HELD && !again) {
            enter(State.HELD, nowMs);
            return Conflict.DEFENDED;
        }
        enter(State.GIVEN_WAY, nowMs);
        return Conflict.GAVE_WAY;
    }

    private void enter(State next, long nowMs) {
        state = next;
        sinceMs = nowMs;
        sent = 0;
        sayAgain = false;
    }
}

package dev.hashlb.operator.push;

import io.grpc.Status;
import java.util.List;

/** A stream that is open, with its session. Touched by the hub's thread only. */
final class LiveStream {
    /** The gRPC end of a stream. Called by the hub's thread only. */
    interface Outlet {
        void send(OutgoingChange change);

        /** Asks for the data plane's next message: until then none is read, so that nobody can flood the hub. */
        void readNext();

        void end(Status status);
    }

    private final Session session;
    private final Outlet outlet;
    private final long endsAtNanos;
    private boolean ended;
    private long unansweredBytes;
    private long sentAtNanos;

    /**
     * Opens a stream.
     *
     * @param endsAtNanos when its client certificate ends, on the hub's clock
     */
    LiveStream(Session session, Outlet outlet, long endsAtNanos) {
        this.session = session;
        this.outlet = outlet;
        this.endsAtNanos = endsAtNanos;
    }

    Session session() {
        return session;
    }

    String node() {
        return session.node();
    }

    boolean isEnded() {
        return ended;
    }

    boolean certificateEnded(long nowNanos) {
        return nowNanos - endsAtNanos >= 0;
    }

    long unansweredBytes() {
        return unansweredBytes;
    }

    long sentAtNanos() {
        return sentAtNanos;
    }

    void send(OutgoingChange change, long nowNanos) {
        unansweredBytes = change.sizeBytes();
        sentAtNanos = nowNanos;
        outlet.send(change);
    }

    /** The change is answered or will never be; returns the bytes that are free again. */
    long settle() {
        long bytes = unansweredBytes;
        unansweredBytes = 0;
        return bytes;
    }

    void readNext() {
        outlet.readNext();
    }

    /** Ends it; once. */
    void end(Status status) {
        ended = true;
        outlet.end(status);
    }

    /** The other side has gone. */
    void gone() {
        ended = true;
    }

    /** What the session wants now. */
    List<Effect> advance(long nowNanos, long allowanceBytes) {
        return session.advance(nowNanos, allowanceBytes);
    }
}

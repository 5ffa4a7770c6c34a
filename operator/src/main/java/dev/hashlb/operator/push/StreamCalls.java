package dev.hashlb.operator.push;

import dev.hashlb.protocol.v1alpha1.FromDataPlane;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** {@code SnapshotService.Stream}: reads nothing before the caller is known, then carries messages between gRPC and the hub. */
final class StreamCalls implements ServerCallHandler<FromDataPlane, OutgoingChange> {
    private final Gate gate;
    private final PushLoop loop;
    private final Hub hub;
    private final Leadership leadership;

    StreamCalls(Gate gate, PushLoop loop, Hub hub, Leadership leadership) {
        this.gate = gate;
        this.loop = loop;
        this.hub = hub;
        this.leadership = leadership;
    }

    @Override
    public ServerCall.Listener<FromDataPlane> startCall(
            ServerCall<FromDataPlane, OutgoingChange> call, Metadata headers) {
        if (!leadership.isLeading()) {
            call.close(Leadership.notLeading(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Listener listener = new Listener(call);
        gate.byTokenAndCertificate(call, headers).whenComplete((outcome, failure) -> {
            switch (outcome) {
                case Gate.Outcome.Admitted admitted -> listener.admitted(admitted);
                case Gate.Outcome.Turned turned -> listener.closeUnserved(turned.status());
                case null -> listener.closeUnserved(Status.INTERNAL.withCause(failure));
            }
        });
        return listener;
    }

    private final class Listener extends ServerCall.Listener<FromDataPlane> {
        private final ServerCall<FromDataPlane, OutgoingChange> call;
        private final AtomicReference<State> state = new AtomicReference<>(State.CHECKING);
        private volatile @Nullable LiveStream stream;

        Listener(ServerCall<FromDataPlane, OutgoingChange> call) {
            this.call = call;
        }

        void admitted(Gate.Outcome.Admitted caller) {
            if (!state.compareAndSet(State.CHECKING, State.OPEN)) {
                return;
            }
            long now = System.nanoTime();
            LiveStream opened = new LiveStream(
                    new Session(caller.node(), now), new CallOutlet(call), endsAtNanos(caller.certificate(), now));
            stream = opened;
            loop.run(opened, at -> {
                // Leadership may have gone while the token was checked, after the others were ended.
                if (!leadership.isLeading()) {
                    opened.end(Leadership.notLeading());
                } else if (!opened.isEnded() && !call.isCancelled()) {
                    hub.opened(opened, at);
                }
            });
        }

        void closeUnserved(Status status) {
            if (state.compareAndSet(State.CHECKING, State.CLOSED)) {
                call.close(status, new Metadata());
            }
        }

        @Override
        public void onMessage(FromDataPlane message) {
            LiveStream current = stream;
            if (current != null) {
                loop.run(current, now -> hub.received(current, message, now));
            }
        }

        @Override
        public void onHalfClose() {
            LiveStream current = stream;
            if (current != null) {
                loop.run(current, now -> {
                    if (!current.isEnded()) {
                        hub.closed(current, "the data plane has ended its stream", now);
                        call.close(Status.OK, new Metadata());
                    }
                });
            }
        }

        @Override
        public void onCancel() {
            state.compareAndSet(State.CHECKING, State.CLOSED);
            LiveStream current = stream;
            if (current != null) {
                loop.run(current, now -> hub.closed(current, "the stream or its connection broke", now));
            }
        }
    }

    private enum State {
        CHECKING,
        OPEN,
        CLOSED
    }

    private static long endsAtNanos(Optional<X509Certificate> certificate, long nowNanos) {
        Instant end = certificate.orElseThrow().getNotAfter().toInstant();
        return nowNanos + Duration.between(Instant.now(), end).toNanos();
    }

    /** Touched by the push thread only, as gRPC demands one thread at a time. */
    private static final class CallOutlet implements LiveStream.Outlet {
        private final ServerCall<FromDataPlane, OutgoingChange> call;
        private boolean headersSent;

        CallOutlet(ServerCall<FromDataPlane, OutgoingChange> call) {
            this.call = call;
        }

        @Override
        public void send(OutgoingChange change) {
            if (call.isCancelled()) {
                return;
            }
            if (!headersSent) {
                headersSent = true;
                call.sendHeaders(new Metadata());
            }
            call.sendMessage(change);
        }

        @Override
        public void readNext() {
            call.request(1);
        }

        @Override
        public void end(Status status) {
            if (!call.isCancelled()) {
                call.close(status, new Metadata());
            }
        }
    }
}

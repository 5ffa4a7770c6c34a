package dev.hashlb.operator.push;

import com.google.protobuf.ByteString;
import dev.hashlb.operator.push.CertificateIssuer.RefusedRequestException;
import dev.hashlb.protocol.v1alpha1.CertificateRequest;
import dev.hashlb.protocol.v1alpha1.IssuedCertificate;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code IdentityService.Issue}: the request is read only when the token has proved a node. */
final class IssueCalls implements ServerCallHandler<CertificateRequest, IssuedCertificate> {
    private static final Logger log = LoggerFactory.getLogger(IssueCalls.class);

    private final Gate gate;
    private final CertificateIssuer issuer;
    private final Leadership leadership;
    private final PushMetrics metrics;

    IssueCalls(Gate gate, CertificateIssuer issuer, Leadership leadership, PushMetrics metrics) {
        this.gate = gate;
        this.issuer = issuer;
        this.leadership = leadership;
        this.metrics = metrics;
    }

    @Override
    public ServerCall.Listener<CertificateRequest> startCall(
            ServerCall<CertificateRequest, IssuedCertificate> call, Metadata headers) {
        if (!leadership.isLeading()) {
            call.close(Leadership.notLeading(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Listener listener = new Listener(call);
        gate.byToken(call, headers).whenComplete((outcome, failure) -> {
            switch (outcome) {
                case Gate.Outcome.Admitted admitted -> listener.admitted(admitted.node());
                case Gate.Outcome.Turned turned -> listener.close(turned.status());
                case null -> listener.close(Status.INTERNAL.withCause(failure));
            }
        });
        return listener;
    }

    private final class Listener extends ServerCall.Listener<CertificateRequest> {
        private final ServerCall<CertificateRequest, IssuedCertificate> call;
        private final AtomicBoolean closed = new AtomicBoolean();
        private volatile String node = "";

        Listener(ServerCall<CertificateRequest, IssuedCertificate> call) {
            this.call = call;
        }

        void admitted(String provenNode) {
            node = provenNode;
            call.request(2);
        }

        void close(Status status) {
            if (closed.compareAndSet(false, true)) {
                call.close(status, new Metadata());
            }
        }

        @Override
        public void onMessage(CertificateRequest request) {
            if (!closed.compareAndSet(false, true)) {
                return;
            }
            try {
                IssuedCertificate.Builder issued = IssuedCertificate.newBuilder();
                issuer.issue(node, request.getPkcs10().toByteArray()).stream()
                        .map(ByteString::copyFrom)
                        .forEach(issued::addChain);
                metrics.issued();
                call.sendHeaders(new Metadata());
                call.sendMessage(issued.build());
                call.close(Status.OK, new Metadata());
            } catch (RefusedRequestException e) {
                String message = String.valueOf(e.getMessage());
                gate.turned(call, RefusalReason.BAD_REQUEST, Optional.of(node), Optional.empty(), message);
                call.close(Status.INVALID_ARGUMENT.withDescription(message), new Metadata());
            } catch (RuntimeException e) {
                metrics.internalError();
                log.error("no certificate could be signed for node {}", node, e);
                call.close(Status.INTERNAL.withDescription("see the operator's log"), new Metadata());
            }
        }

        @Override
        public void onHalfClose() {
            close(Status.INVALID_ARGUMENT.withDescription("no request came before the end of the call"));
        }

        @Override
        public void onCancel() {
            closed.set(true);
        }
    }
}

package dev.hashlb.operator.push;

import dev.hashlb.operator.push.RefusedCallers.RefusedCaller;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Who may come in: the token of a data plane, and for a stream also a certificate of the same node. Safe for any thread. */
final class Gate {
    /** Calls whose check is under way; each holds a few kilobytes. */
    private static final int MAX_WAITING = 2048;

    private static final String BEARER = "Bearer ";
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final TokenCheck tokens;
    private final ServerTls tls;
    private final PushMetrics metrics;
    private final RefusalNotes notes;
    private final AtomicInteger waiting = new AtomicInteger();

    Gate(TokenCheck tokens, ServerTls tls, PushMetrics metrics, RefusalNotes notes) {
        this.tokens = tokens;
        this.tls = tls;
        this.metrics = metrics;
        this.notes = notes;
    }

    /** The outcome of a check. */
    sealed interface Outcome {
        /**
         * The caller is this node.
         *
         * @param certificate the one it came with, if one was asked for
         */
        record Admitted(String node, Optional<X509Certificate> certificate) implements Outcome {}

        record Turned(Status status) implements Outcome {}
    }

    /** Who calls, by the token alone. */
    CompletionStage<Outcome> byToken(ServerCall<?, ?> call, Metadata headers) {
        return check(call, headers, null);
    }

    /** Who calls, by token and certificate. */
    CompletionStage<Outcome> byTokenAndCertificate(ServerCall<?, ?> call, Metadata headers) {
        Optional<X509Certificate> certificate = certificate(call);
        if (certificate.isEmpty()) {
            return turned(
                    call,
                    RefusalReason.NO_CERTIFICATE,
                    Optional.empty(),
                    Optional.empty(),
                    "the connection shows no valid client certificate; call IdentityService.Issue and dial anew with what it gives");
        }
        return check(call, headers, certificate.get());
    }

    private CompletionStage<Outcome> check(
            ServerCall<?, ?> call, Metadata headers, @Nullable X509Certificate certificate) {
        String header = headers.get(AUTHORIZATION);
        if (header == null || !header.startsWith(BEARER)) {
            return turned(
                    call,
                    RefusalReason.NO_TOKEN,
                    Optional.empty(),
                    Optional.empty(),
                    "no metadata \"authorization: Bearer TOKEN\" with the data plane's service-account token");
        }
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return turned(
                    call,
                    RefusalReason.OVERLOADED,
                    Optional.empty(),
                    Optional.empty(),
                    "more than " + MAX_WAITING + " calls wait for their token's check; try again later");
        }
        return tokens.check(header.substring(BEARER.length()))
                .whenComplete((_, _) -> waiting.decrementAndGet())
                .thenCompose(verdict -> judge(call, verdict, certificate));
    }

    private CompletionStage<Outcome> judge(
            ServerCall<?, ?> call, TokenVerdict verdict, @Nullable X509Certificate certificate) {
        return switch (verdict) {
            case TokenVerdict.Unknown unknown ->
                turned(call, RefusalReason.CHECK_FAILED, Optional.empty(), Optional.empty(), unknown.message());
            case TokenVerdict.Rejected rejected ->
                turned(call, rejected.reason(), Optional.empty(), rejected.account(), rejected.message());
            case TokenVerdict.Accepted accepted -> matched(call, accepted, certificate);
        };
    }

    private CompletionStage<Outcome> matched(
            ServerCall<?, ?> call, TokenVerdict.Accepted accepted, @Nullable X509Certificate certificate) {
        if (certificate == null) {
            return CompletableFuture.completedStage(new Outcome.Admitted(accepted.node(), Optional.empty()));
        }
        Optional<String> certified = tls.nodeOf(certificate);
        if (certified.isEmpty() || !certified.get().equals(accepted.node())) {
            return turned(
                    call,
                    RefusalReason.OTHER_NODE,
                    Optional.of(accepted.node()),
                    Optional.of(accepted.pod()),
                    "the token of pod " + accepted.pod() + " is of node " + accepted.node()
                            + ", but the certificate of "
                            + certified.map(Foreign::quoted).orElse("no node")
                            + "; a data plane speaks for its own node only");
        }
        return CompletableFuture.completedStage(new Outcome.Admitted(accepted.node(), Optional.of(certificate)));
    }

    /** Refuses a call, counts it, and tells it. */
    CompletionStage<Outcome> turned(
            ServerCall<?, ?> call,
            RefusalReason reason,
            Optional<String> node,
            Optional<String> account,
            String message) {
        metrics.refused(reason);
        notes.note(new RefusedCaller(reason, node, account, remote(call), message));
        Status status = switch (reason) {
            case NO_TOKEN, BAD_TOKEN, NO_CERTIFICATE -> Status.UNAUTHENTICATED;
            case WRONG_ACCOUNT, NOT_BOUND, OTHER_NODE -> Status.PERMISSION_DENIED;
            case BAD_REQUEST -> Status.INVALID_ARGUMENT;
            case CHECK_FAILED -> Status.UNAVAILABLE;
            case OVERLOADED -> Status.RESOURCE_EXHAUSTED;
        };
        return CompletableFuture.completedStage(new Outcome.Turned(status.withDescription(message)));
    }

    private static String remote(ServerCall<?, ?> call) {
        return String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    }

    private static Optional<X509Certificate> certificate(ServerCall<?, ?> call) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return Optional.empty();
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            if (chain.length == 0 || !(chain[0] instanceof X509Certificate leaf)) {
                return Optional.empty();
            }
            // The handshake may be long ago, and a resumed session is not checked again.
            leaf.checkValidity();
            return Optional.of(leaf);
        } catch (SSLPeerUnverifiedException | CertificateExpiredException | CertificateNotYetValidException e) {
            return Optional.empty();
        }
    }
}

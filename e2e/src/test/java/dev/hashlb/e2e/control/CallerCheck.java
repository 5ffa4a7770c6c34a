package dev.hashlb.e2e.control;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Who calls a {@link ScriptedOperator}: token and certificate must be as docs/protocol.md says. */
final class CallerCheck implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String BEARER = "Bearer " + ScriptedOperator.tokenOf("");
    private static final Context.Key<String> NODE = Context.key("node");
    private static final Context.Key<String> CERTIFIED = Context.key("certified node");

    /** The node whose token the current call has. */
    static String node() {
        return NODE.get();
    }

    /** The same, which the certificate names as well. */
    static String certifiedNode() {
        if (!node().equals(CERTIFIED.get())) {
            throw Status.PERMISSION_DENIED
                    .withDescription("token of " + node() + ", certificate of " + CERTIFIED.get())
                    .asRuntimeException();
        }
        return node();
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String authorization = String.valueOf(headers.get(AUTHORIZATION));
        if (!authorization.startsWith(BEARER)) {
            call.close(Status.UNAUTHENTICATED.withDescription("token " + authorization), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Context context = Context.current()
                .withValue(NODE, authorization.substring(BEARER.length()))
                .withValue(CERTIFIED, certified(call).orElse("nobody"));
        return Contexts.interceptCall(context, call, headers, next);
    }

    private static Optional<String> certified(ServerCall<?, ?> call) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        try {
            X509Certificate certificate = (X509Certificate) session.getPeerCertificates()[0];
            return certificate.getSubjectAlternativeNames().stream()
                    .map(name -> String.valueOf(name.get(1)))
                    .filter(uri -> uri.startsWith(TestAuthority.NODE_URI))
                    .map(uri -> uri.substring(TestAuthority.NODE_URI.length()))
                    .findFirst();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        } catch (CertificateParsingException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.hashlb.agent.control;

import com.google.protobuf.ByteString;
import dev.hashlb.protocol.v1alpha1.CertificateRequest;
import dev.hashlb.protocol.v1alpha1.IdentityServiceGrpc;
import dev.hashlb.protocol.v1alpha1.IssuedCertificate;
import io.grpc.CallCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections to the operator: TLS 1.3 only, its certificate checked against the authorities and its name, the token with
 * each call. Files are read anew each time, since Kubernetes replaces them.
 */
final class Dialer implements AutoCloseable {
    private static final int LONGEST_MESSAGE_BYTES = 16 << 20;
    private static final int LONGEST_METADATA_BYTES = 16 << 10;
    private static final int LONGEST_TOKEN_BYTES = 12 << 10;
    private static final long KEEPALIVE_SECONDS = 10;
    private static final long CALL_SECONDS = 15;
    /** The kernel asks a silent peer's after this time, and then each second. */
    private static final int SILENT_SECONDS = 2;

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final ControlSettings settings;
    private final AddressesHere addresses;
    private final RandomGenerator random;
    private final EventLoopGroup eventLoop = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("hashlb-grpc", true), EpollIoHandler.newFactory());

    Dialer(ControlSettings settings, AddressesHere addresses, RandomGenerator random) {
        this.settings = settings;
        this.addresses = addresses;
        this.random = random;
    }

    /**
     * Asks for a certificate for this node.
     *
     * @param connectMs how long connecting may take
     * @throws IOException if a file cannot be read, the name not be resolved, or what comes is no certificate for our key
     * @throws io.grpc.StatusRuntimeException what the operator or the connection refused
     */
    NodeCertificate issue(int connectMs) throws IOException {
        KeyPair keys = NodeCertificate.newKeys();
        ManagedChannel channel = channel(null, Runnable::run, connectMs);
        try {
            CertificateRequest request = CertificateRequest.newBuilder()
                    .setPkcs10(ByteString.copyFrom(CertificateRequestBytes.of(keys)))
                    .build();
            IssuedCertificate issued = IdentityServiceGrpc.newBlockingStub(channel)
                    .withCallCredentials(new Token(settings.tokenFile()))
                    .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                    .issue(request);
            return NodeCertificate.of(
                    keys,
                    issued.getChainList().stream().map(ByteString::toByteArray).toList(),
                    Instant.now());
        } catch (GeneralSecurityException e) {
            throw new IOException("no certificate request could be made: " + e.getMessage(), e);
        } finally {
            channel.shutdownNow();
        }
    }

    /**
     * A connection by which the node proves itself; the caller closes it. Calls need {@link #token}.
     *
     * @param callbacks where they run
     * @param connectMs how long connecting may take
     */
    ManagedChannel connect(NodeCertificate certificate, Executor callbacks, int connectMs) throws IOException {
        return channel(certificate, callbacks, connectMs);
    }

    CallCredentials token() {
        return new Token(settings.tokenFile());
    }

    /** Whether a call failed since there was nobody at the operator's address. */
    static boolean reachedNobody(Status status) {
        for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
                return true;
            }
        }
        return false;
    }

    /** Connections must be closed before. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // daemon threads: nobody waits for their end
    public void close() {
        eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private ManagedChannel channel(@Nullable NodeCertificate certificate, Executor callbacks, int connectMs)
            throws IOException {
        return NettyChannelBuilder.forAddress(resolve())
                .overrideAuthority(settings.operatorName())
                .sslContext(tls(certificate))
                .channelFactory(new DialledSocket(eventLoop), InetSocketAddress.class)
                .eventLoopGroup(eventLoop)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMs)
                .withOption(EpollChannelOption.TCP_KEEPIDLE, SILENT_SECONDS)
                .withOption(EpollChannelOption.TCP_KEEPINTVL, 1)
                .executor(callbacks)
                .maxInboundMessageSize(LONGEST_MESSAGE_BYTES)
                .maxInboundMetadataSize(LONGEST_METADATA_BYTES)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .disableRetry()
                .build();
    }

    private InetSocketAddress resolve() throws UnknownHostException {
        List<InetAddress> found = List.of(InetAddress.getAllByName(settings.operatorHost()));
        addresses.operatorAt(found);
        // Of a headless Service each replica has an address of its own, and only one replica serves.
        return new InetSocketAddress(found.get(random.nextInt(found.size())), settings.operatorPort());
    }

    private SslContext tls(@Nullable NodeCertificate certificate) throws IOException {
        try (InputStream authorities = Files.newInputStream(settings.caFile())) {
            SslContextBuilder builder =
                    GrpcSslContexts.forClient().protocols("TLSv1.3").trustManager(authorities);
            if (certificate != null) {
                builder.keyManager(certificate.key(), certificate.chain().toArray(X509Certificate[]::new));
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "CA file " + settings.caFile() + " holds no certificates in PEM: " + e.getMessage(), e);
        }
    }

    /** Reads the token for each call. */
    private static final class Token extends CallCredentials {
        private final Path file;

        Token(Path file) {
            this.file = file;
        }

        @Override
        public void applyRequestMetadata(RequestInfo requestInfo, Executor executor, MetadataApplier applier) {
            try {
                if (Files.size(file) > LONGEST_TOKEN_BYTES) {
                    throw new IOException("it is longer than " + LONGEST_TOKEN_BYTES + " bytes");
                }
                String token = Files.readString(file).strip();
                if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
                    throw new IOException("it holds no token");
                }
                Metadata headers = new Metadata();
                headers.put(AUTHORIZATION, "Bearer " + token);
                applier.apply(headers);
            } catch (IOException e) {
                applier.fail(Status.UNAUTHENTICATED.withDescription("token file " + file + " cannot be used: "
                        + e.getMessage() + "; mount a projected token there"));
            }
        }
    }
}

package dev.hashlb.operator.push;

import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.protocol.v1alpha1.CertificateRequest;
import dev.hashlb.protocol.v1alpha1.FromDataPlane;
import dev.hashlb.protocol.v1alpha1.IdentityServiceGrpc;
import dev.hashlb.protocol.v1alpha1.SnapshotServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * The operator's gRPC server: TLS 1.3, a client certificate asked for but demanded only by the stream, everything hostile
 * bounded. It listens from {@link #start} on and refuses calls with UNAVAILABLE until {@link #lead}.
 *
 * <p>Safe for any thread.
 */
public final class PushServer implements SnapshotFeed, AutoCloseable {
    /** The longest message to a data plane. */
    public static final int MAX_CHANGE_BYTES = 16 << 20;

    /** The longest message that is read: problems of a thousand servers, with their reasons. */
    static final int MAX_INBOUND_BYTES = 1 << 20;

    private static final int MAX_METADATA_BYTES = 16 << 10;
    private static final int WINDOW_BYTES = 64 << 10;
    private static final int MAX_CALLS_PER_CONNECTION = 8;

    private final PushSettings settings;
    private final PushLoop loop;
    private final Publications publications;
    private final VersionClaims claims = new VersionClaims(System::currentTimeMillis);
    private final Leadership leadership = new Leadership();
    private final EventLoopGroup acceptor = new NioEventLoopGroup(1);
    private final EventLoopGroup workers = new NioEventLoopGroup();
    private final Server server;

    /** What the server asks others for. */
    public record Collaborators(
            ServerTls tls,
            TokenCheck tokens,
            CertificateIssuer issuer,
            KeySupply keys,
            VersionReservations versions,
            NodeReports reports,
            RefusedCallers refused,
            MeterRegistry registry) {}

    /**
     * Prepares a server; it does not listen yet.
     *
     * @throws IllegalStateException if TLS cannot be set up
     */
    public PushServer(PushSettings settings, Collaborators others) {
        this.settings = settings;
        PushMetrics metrics = new PushMetrics(others.registry());
        Hub hub = new Hub(others.reports(), metrics, claims, settings.bytesInFlight());
        this.loop = new PushLoop(hub, metrics, settings.gather());
        this.publications = new Publications(
                new Versions(others.versions(), System::currentTimeMillis), claims, others.keys(), loop::gather);
        Gate gate =
                new Gate(others.tokens(), others.tls(), metrics, new RefusalNotes(others.refused(), System::nanoTime));
        GuardedSockets sockets = new GuardedSockets(settings.maxConnections(), metrics);
        this.server = bounded(sockets)
                .addStreamTracerFactory(new EndedCalls(metrics))
                .sslContext(context(others.tls()))
                .addService(streams(new StreamCalls(gate, loop, hub, leadership)))
                .addService(ServerServiceDefinition.builder(IdentityServiceGrpc.SERVICE_NAME)
                        .addMethod(
                                IdentityServiceGrpc.getIssueMethod().toBuilder(
                                                new HostileMarshaller<>(
                                                        CertificateRequest.parser(),
                                                        CertificateRequest.getDefaultInstance()),
                                                IdentityServiceGrpc.getIssueMethod()
                                                        .getResponseMarshaller())
                                        .build(),
                                new IssueCalls(gate, others.issuer(), leadership, metrics))
                        .build())
                .build();
    }

    private NettyServerBuilder bounded(GuardedSockets sockets) {
        return NettyServerBuilder.forAddress(settings.listen())
                .channelFactory(sockets::newServerSocket)
                .bossEventLoopGroup(acceptor)
                .workerEventLoopGroup(workers)
                .addTransportFilter(sockets)
                // All that calls do is hand over to the push thread, or sign once.
                .directExecutor()
                .maxInboundMessageSize(MAX_INBOUND_BYTES)
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                .flowControlWindow(WINDOW_BYTES)
                .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                // A client that opens and resets calls all the time (CVE-2023-44487).
                .maxRstFramesPerWindow(100, 10)
                .handshakeTimeout(10, TimeUnit.SECONDS)
                .maxConnectionIdle(1, TimeUnit.MINUTES)
                .keepAliveTime(settings.keepAlive().toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(settings.keepAlive().toMillis(), TimeUnit.MILLISECONDS)
                .permitKeepAliveTime(settings.keepAlive().toMillis() / 2, TimeUnit.MILLISECONDS)
                .permitKeepAliveWithoutCalls(true);
    }

    private static SslContext context(ServerTls tls) {
        try {
            return GrpcSslContexts.configure(SslContextBuilder.forServer(tls.keyManager()), SslProvider.JDK)
                    .trustManager(tls.trustManager())
                    .clientAuth(ClientAuth.OPTIONAL)
                    .protocols("TLSv1.3")
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("TLS cannot be set up", e);
        }
    }

    /** The generated method, but with changes that are bytes already. */
    private static ServerServiceDefinition streams(StreamCalls calls) {
        MethodDescriptor<FromDataPlane, OutgoingChange> method = SnapshotServiceGrpc.getStreamMethod().toBuilder(
                        new HostileMarshaller<>(FromDataPlane.parser(), FromDataPlane.getDefaultInstance()),
                        new OutgoingChange.Marshaller())
                .build();
        return ServerServiceDefinition.builder(ServiceDescriptor.newBuilder(SnapshotServiceGrpc.SERVICE_NAME)
                        .addMethod(method)
                        .build())
                .addMethod(method, calls)
                .build();
    }

    /**
     * Listens.
     *
     * @return the port
     */
    public int start() throws IOException {
        server.start();
        return server.getPort();
    }

    /** Begins to serve data planes. They wait for the first {@link #publish}. */
    public void lead() {
        claims.forget();
        leadership.set(true);
    }

    /** Ends all streams and refuses new ones: another replica leads. What was published is forgotten. */
    public void resign() {
        leadership.set(false);
        publications.forget();
        loop.endAll(Leadership.notLeading());
    }

    public boolean isLeading() {
        return leadership.isLeading();
    }

    @Override
    public long publish(Snapshot snapshot) {
        return publications.publish(snapshot);
    }

    /** Looks at the {@link KeySupply} again and sends the keys out if they have changed. */
    public void keysChanged() {
        publications.keysChanged();
    }

    /** How far the keys that went out last have come. */
    public CompletionStage<Coverage> keysCoverage() {
        return loop.coverage(publications.keysVersion());
    }

    /** Ends all streams with UNAVAILABLE and stops listening. Waits up to 2 s for what is still to be written. */
    @Override
    public void close() {
        leadership.set(false);
        loop.endAll(Status.UNAVAILABLE.withDescription("the operator stops; dial the Service's address again"));
        server.shutdown();
        try {
            if (!server.awaitTermination(2, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        loop.close();
        var _ = acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        var _ = workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}

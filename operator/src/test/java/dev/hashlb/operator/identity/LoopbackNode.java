package dev.hashlb.operator.identity;

import com.google.protobuf.ByteString;
import dev.hashlb.protocol.v1alpha1.Ack;
import dev.hashlb.protocol.v1alpha1.Answer;
import dev.hashlb.protocol.v1alpha1.Applied;
import dev.hashlb.protocol.v1alpha1.CertificateRequest;
import dev.hashlb.protocol.v1alpha1.FromDataPlane;
import dev.hashlb.protocol.v1alpha1.FromOperator;
import dev.hashlb.protocol.v1alpha1.Hello;
import dev.hashlb.protocol.v1alpha1.IdentityServiceGrpc;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import dev.hashlb.protocol.v1alpha1.SnapshotServiceGrpc;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A data plane's control side, as small as it can be: what it receives can be looked at, answers are given by hand. */
public final class LoopbackNode implements AutoCloseable {
    private final String node;
    private final int port;
    private final String token;
    private final List<X509Certificate> trusted;
    private final KeyPair key;
    private @Nullable ManagedChannel channel;
    private volatile @Nullable Consumer<SnapshotChange> onChange;
    private @Nullable StreamObserver<FromDataPlane> out;
    public final BlockingQueue<SnapshotChange> changes = new LinkedBlockingQueue<>();
    final CompletableFuture<Status> ended = new CompletableFuture<>();

    LoopbackNode(String node, int port, String token, List<X509Certificate> trusted) {
        this(node, port, token, trusted, Authority.newKey());
    }

    /** @param pem what the operator published */
    public static LoopbackNode trusting(String node, int port, String token, String pem) {
        return new LoopbackNode(node, port, token, Pem.certificates(pem));
    }

    private LoopbackNode(String node, int port, String token, List<X509Certificate> trusted, KeyPair key) {
        this.key = key;
        this.node = node;
        this.port = port;
        this.token = token;
        this.trusted = trusted;
    }

    /** Acknowledges each change at once, after telling it, instead of keeping it. */
    public void onChange(Consumer<SnapshotChange> listener) {
        onChange = listener;
    }

    LoopbackNode withToken(String other) {
        return new LoopbackNode(node, port, other, trusted, key);
    }

    PublicKey publicKey() {
        return key.getPublic();
    }

    private ClientInterceptor bearer() {
        Metadata metadata = new Metadata();
        if (!token.isEmpty()) {
            metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        }
        return MetadataUtils.newAttachHeadersInterceptor(metadata);
    }

    ManagedChannel dial(@Nullable X509Certificate own) throws Exception {
        SslContextBuilder tls =
                GrpcSslContexts.forClient().trustManager(trusted).protocols("TLSv1.3");
        if (own != null) {
            tls.keyManager(key.getPrivate(), own);
        }
        return NettyChannelBuilder.forAddress("127.0.0.1", port)
                .overrideAuthority("hashlb-operator")
                .sslContext(tls.build())
                .maxInboundMessageSize(16 << 20)
                .intercept(bearer())
                .build();
    }

    X509Certificate issue(byte[] pkcs10) throws Exception {
        ManagedChannel first = dial(null);
        try {
            byte[] leaf = IdentityServiceGrpc.newBlockingStub(first)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .issue(CertificateRequest.newBuilder()
                            .setPkcs10(ByteString.copyFrom(pkcs10))
                            .build())
                    .getChain(0)
                    .toByteArray();
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(leaf));
        } catch (StatusRuntimeException e) {
            ended.complete(e.getStatus());
            throw e;
        } finally {
            first.shutdownNow();
        }
    }

    public X509Certificate issue() throws Exception {
        return issue(CertificateRequestsTest.request(key, key, "SHA256withECDSA"));
    }

    /** Dials with a certificate, or none, and opens the stream without a Hello. */
    public LoopbackNode open(@Nullable X509Certificate own) throws Exception {
        channel = dial(own);
        out = SnapshotServiceGrpc.newStub(channel).stream(new StreamObserver<>() {
            @Override
            public void onNext(FromOperator message) {
                Consumer<SnapshotChange> listener = onChange;
                if (listener == null) {
                    changes.add(message.getChange());
                } else {
                    listener.accept(message.getChange());
                    acknowledge(message.getChange());
                }
            }

            @Override
            public void onError(Throwable t) {
                ended.complete(Status.fromThrowable(t));
            }

            @Override
            public void onCompleted() {
                ended.complete(Status.OK);
            }
        });
        return this;
    }

    public LoopbackNode hello() {
        return hello(greeting());
    }

    /** Says that a version is applied already. */
    public LoopbackNode hello(long applied) {
        return hello(greeting().setApplied(Applied.newBuilder().setVersion(applied)));
    }

    private Hello.Builder greeting() {
        return Hello.newBuilder().setNode(node).setEngine("test").setSoftwareVersion("0");
    }

    private LoopbackNode hello(Hello.Builder hello) {
        return send(FromDataPlane.newBuilder().setHello(hello).build());
    }

    LoopbackNode send(FromDataPlane message) {
        out().onNext(message);
        return this;
    }

    private StreamObserver<FromDataPlane> out() {
        if (out == null) {
            throw new IllegalStateException("open() first");
        }
        return out;
    }

    SnapshotChange next() throws InterruptedException {
        SnapshotChange change = changes.poll(20, TimeUnit.SECONDS);
        if (change == null) {
            throw new AssertionError("no change within 20 s; ended: " + ended.getNow(null));
        }
        return change;
    }

    public SnapshotChange nextAcknowledged() throws InterruptedException {
        SnapshotChange change = next();
        acknowledge(change);
        return change;
    }

    void acknowledge(SnapshotChange change) {
        send(FromDataPlane.newBuilder()
                .setAnswer(Answer.newBuilder()
                        .setNonce(change.getNonce())
                        .setApplied(Applied.newBuilder()
                                .setVersion(change.getVersion())
                                .setDigest(change.getDigest()))
                        .setAck(Ack.getDefaultInstance()))
                .build());
    }

    Status.Code ending() throws Exception {
        return ended.get(20, TimeUnit.SECONDS).getCode();
    }

    @Override
    public void close() {
        if (channel != null) {
            channel.shutdownNow();
        }
    }
}
